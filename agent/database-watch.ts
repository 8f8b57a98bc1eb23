/** RDS rotates the password of the database: the application is started anew with it, without losing a request. */
import type { DatabaseEndpoint, InstanceResult } from '../model/schemas.ts';
import type { Clock } from './clock.ts';
import type { DeploymentOrder } from './deploy/fencing.ts';
import type { SendErrand } from './errands/contract.ts';
import type { AgentState } from './state.ts';

/** An errand costs about 0.2 s of CPU; connections that are open go on with the old password. */
const intervalMilliseconds = 30_000;

export interface DatabaseWatch {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly errand: SendErrand;
  readonly database: DatabaseEndpoint;
  readonly state: () => AgentState;
  readonly deploy: (order: DeploymentOrder) => Promise<InstanceResult>;
  readonly warn: (text: string) => void;
}

/** Until the signal; a failed look or restart is repeated at the next one. */
export async function watchDatabase(watch: DatabaseWatch): Promise<void> {
  const { clock, signal, warn } = watch;
  for (;;) {
    try {
      await clock.sleep(intervalMilliseconds, signal);
      await restartWhenRotated(watch);
    } catch (error) {
      if (signal.aborted) return;
      warn(`The database's password could not be looked after: ${(error as Error).message}`);
    }
  }
}

async function restartWhenRotated({ errand, database, state, deploy }: DatabaseWatch): Promise<void> {
  const before = state().live?.databaseVersion;
  if (before === undefined) return;
  const now = await errand('secretVersion', { secretArn: database.secretArn });
  const { live, fencing } = state();
  if (live?.databaseVersion !== before || now === before) return;
  const { deployment, versionLabel, bundle, configuration } = live;
  await deploy({ origin: 'Rotation', token: fencing.token, deployment, versionLabel, bundle, configuration });
}
