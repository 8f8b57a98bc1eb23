import type { InstanceRow } from './state.ts';

export type Step = 'boot' | 'stop' | 'terminate';

/** What an instance's machine needs next to agree with its row; undefined: nothing. */
export function nextStep({ state, needsBoot }: InstanceRow): Step | undefined {
  switch (state) {
    case 'pending':
      return 'boot';
    case 'running':
      return needsBoot ? 'boot' : undefined;
    case 'stopping':
      return 'stop';
    case 'shutting-down':
      return 'terminate';
    case 'stopped':
    case 'terminated':
      return undefined;
  }
}

export type StatusCheck = 'ok' | 'initializing' | 'impaired' | 'not-applicable';

/** The instance status check: of a machine that runs, boots, or has ended by itself. */
export function statusOf({ state, needsBoot, isImpaired, hasBooted }: InstanceRow): StatusCheck {
  if (isImpaired) return 'impaired';
  if (state === 'running') return needsBoot || !hasBooted ? 'initializing' : 'ok';
  return state === 'pending' ? 'initializing' : 'not-applicable';
}
