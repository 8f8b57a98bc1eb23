/** `deploy`: hands an order to the supervisor and stays with it until the result is there. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { instancePaths } from '../model/names.ts';
import type { InstanceResult } from '../model/schemas.ts';
import { systemClock, type Clock } from './clock.ts';
import type { DeploymentOrder } from './deploy/fencing.ts';
import { ask, NoSupervisorError } from './socket/client.ts';
import type { AgentState } from './state.ts';

/** An agent that is being restarted is back within this time. */
const patienceMilliseconds = 30_000;
const pauseMilliseconds = 250;

export const exitCodes: Record<InstanceResult['outcome'], number> = {
  Deployed: 0,
  Prepared: 0,
  Failed: 1,
  Refused: 2,
};

export interface DeployOptions {
  readonly socket?: string;
  readonly clock?: Clock;
  readonly onProgress: (line: string) => void;
}

/** If the supervisor goes away in between, the same order is sent to the next one: it is not carried out twice. */
export async function deliverOrder(order: DeploymentOrder, options: DeployOptions): Promise<InstanceResult> {
  const { socket = instancePaths.socket, clock = systemClock, onProgress } = options;
  let unreachableSince: number | undefined;
  for (;;) {
    const startedAt = clock.now();
    try {
      return (await ask(socket, { command: 'deploy', order }, onProgress)) as InstanceResult;
    } catch (error) {
      if (!(error instanceof NoSupervisorError)) throw error;
      unreachableSince ??= startedAt;
      if (clock.now() - startedAt > patienceMilliseconds) unreachableSince = clock.now();
      if (clock.now() - unreachableSince > patienceMilliseconds) return withoutSupervisor(order, error);
      await clock.sleep(pauseMilliseconds);
    }
  }
}

async function withoutSupervisor(order: DeploymentOrder, { message }: Error): Promise<InstanceResult> {
  const state = await readState();
  return {
    instanceId: state?.identity?.instanceId ?? 'unknown',
    outcome: 'Failed',
    versionLabel: order.versionLabel,
    deployment: order.deployment,
    serving: state?.live?.versionLabel ?? null,
    reason: `the agent does not run on this instance (${message}); \`systemctl status beanpole-agent\` there tells why`,
    lastLines: [],
    phases: [],
  };
}

async function readState(): Promise<AgentState | undefined> {
  try {
    return JSON.parse(await readFile(path.join(instancePaths.state, 'state.json'), 'utf8')) as AgentState;
  } catch {
    return undefined;
  }
}
