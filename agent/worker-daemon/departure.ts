import { terminationHook } from '../../model/names.ts';
import { retrying } from '../back-off.ts';
import type { Clock } from '../clock.ts';
import type { SendErrand } from '../errands/contract.ts';
import type { WorkerDaemon } from './daemon.ts';

export interface DepartureParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly instanceId: string;
  readonly graceMilliseconds: number;
  readonly targetState: () => Promise<string | undefined>;
  readonly errand: SendErrand;
  readonly daemon: Pick<WorkerDaemon, 'stop'>;
  readonly say: (line: string) => void;
}

const lookEveryMilliseconds = 3000;

/**
 * Waits until Auto Scaling wants the instance to go, lets its jobs finish, and says so, which ends the instance.
 * The metadata service is asked because that costs nothing.
 */
export async function departWhenTold(parts: DepartureParts): Promise<void> {
  const { clock, signal, daemon, errand, instanceId, say } = parts;
  while (!(await isToldToGo(parts))) await clock.sleep(lookEveryMilliseconds, signal);
  say('Auto Scaling takes the instance out; its jobs finish first.');
  await daemon.stop(parts.graceMilliseconds);
  const input = { instanceId, hook: terminationHook, result: 'CONTINUE' as const };
  await retrying(
    async () => {
      const { state, completed } = await errand('lifecycle', input);
      if (!completed && state?.startsWith('Terminating') === true && state !== 'Terminating:Proceed')
        throw new Error(`The instance does not wait yet, it is ${state}.`);
    },
    {
      clock,
      signal,
      onFailure: (error, delay) => {
        say(`Termination hook: ${error.message} Again in ${delay / 1000} s.`);
      },
    },
  );
  say('No job is left; the instance may end.');
}

async function isToldToGo({ targetState }: DepartureParts): Promise<boolean> {
  const state = await targetState().catch(() => undefined);
  return state === 'Terminated' || state === 'Warmed:Terminated';
}
