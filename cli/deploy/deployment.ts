import { isDeepStrictEqual } from 'node:util';
import { displayName, keys } from '../../model/names.ts';
import type {
  ConfigurationSnapshot,
  DeploymentOptions,
  DeploymentPolicy,
  DeploymentRecord,
  EnvironmentDescriptor,
  VersionManifest,
} from '../../model/schemas.ts';
import { createDocuments, type Stored } from '../aws/documents.ts';
import { isoTime } from '../clock.ts';
import type { Context } from '../context.ts';
import { snapshotConfiguration } from '../environments.ts';
import { problemsError } from '../errors.ts';
import type { Board } from '../ui/board.ts';
import { observeGroups } from './aws-group.ts';
import { createAlarms } from './aws-traffic.ts';
import { tellDecided } from './decisions.ts';
import { isPastReturn, isReturning, openRecord, planDeployment, type Plan } from './plan.ts';
import { readCurrent } from './pointers.ts';
import { turnBack } from './runner.ts';
import type { Alarms } from './traffic.ts';
import { performRecord, readLast, withLock, type Session } from './session.ts';

/** One environment and what is wanted of it. */
export interface Wish {
  readonly environment: EnvironmentDescriptor;
  readonly version: VersionManifest;
  /** Asked for by its label, rather than taken because it is the newest. */
  readonly versionIsExplicit: boolean;
  /** Instead of the environment's own. */
  readonly policy?: DeploymentPolicy | undefined;
  readonly options?: Partial<DeploymentOptions> | undefined;
  /** An earlier snapshot, instead of one taken now. */
  readonly configuration?: ConfigurationSnapshot | undefined;
  /** The deployment that this one takes back. */
  readonly rollbackOf?: number | undefined;
  /** Waits for the lock instead of refusing. */
  readonly waitsForLock?: boolean | undefined;
}

export async function planFor({ clients }: Context, wish: Wish): Promise<Plan> {
  const { environment, version, policy, options } = wish;
  const documents = createDocuments(clients.s3, environment.bucket);
  const [current, configuration, groups] = await Promise.all([
    readCurrent(documents, environment),
    wish.configuration ?? snapshotConfiguration(clients.ssm, environment),
    observeGroups(clients, environment),
  ]);
  const plan = planDeployment({ environment, current, version, configuration, groups, policy, options });
  await requireAlarms(createAlarms(clients), plan);
  return plan;
}

/** An alarm that does not exist would never stop anything. */
async function requireAlarms(alarms: Alarms, { environment, options, steps }: Plan): Promise<void> {
  const watches = steps.some(({ task }) => task.action === 'Watch');
  const missing = watches && options.alarms.length > 0 ? await alarms.missing(options.alarms) : [];
  if (missing.length === 0) return;
  const target = displayName(environment);
  throw problemsError(
    `${target} cannot be watched, nothing was changed`,
    missing.map((name) => `There is no CloudWatch alarm ${name} in this account and region.`),
    `beanpole deploy ${target} --alarms <names>   (or correct deploymentAlarms in Pulumi.${environment.stack}.yaml)`,
  );
}

/** Takes the lock, ends what an earlier runner left unfinished, and deploys; the record tells how it ended. */
export function deploy(context: Context, wish: Wish, board: Board): Promise<DeploymentRecord> {
  const { environment, version, waitsForLock: waits } = wish;
  const request = { environment, reason: `deploys ${version.label}`, board, waits };
  return withLock(context, request, async (session) => {
    const last = await readLast(session);
    if (last?.value.status === 'InProgress') {
      const ended = await finishUnfinished(context, session, wish, last);
      if (ended) return ended;
    }
    // A number whose record was never written has had no effect, and is taken again.
    return beginNew(
      context,
      session,
      wish,
      last ? last.value.number + 1 : Math.max(1, session.lease.deployment),
    );
  });
}

/**
 * Continues it; or undoes it when another version is asked for by name, or the same one with other properties.
 * Undefined: the way is free for a new one.
 */
async function finishUnfinished(
  context: Context,
  session: Session,
  { environment, version, versionIsExplicit, configuration }: Wish,
  found: Stored<DeploymentRecord>,
): Promise<DeploymentRecord | undefined> {
  const { number, target, startedBy } = found.value;
  const isReconfigured =
    configuration !== undefined && !isDeepStrictEqual(configuration, target.configuration);
  const isOther = versionIsExplicit && (version.label !== target.versionLabel || isReconfigured);
  const isUndone = isReturning(found.value) || (isOther && !isPastReturn(found.value));
  session.board.line(
    `${displayName(environment)}: deployment ${number} of ${target.versionLabel} by ${startedBy} was interrupted; ${
      isUndone ? 'undoing' : 'continuing'
    } it.`,
  );
  const reason = isUndone ? `superseded by ${version.label}` : undefined;
  const record = await takeOver(context, session, found, reason);
  const isOver = !isOther || record.status === 'RollbackFailed';
  return isOver ? record : undefined;
}

/** Goes on with a record that another runner has left; with a reason it goes back. */
export const takeOver = (
  context: Context,
  session: Session,
  found: Stored<DeploymentRecord>,
  backBecause?: string,
): Promise<DeploymentRecord> =>
  performRecord(context, session, found, async (run) => {
    await run.journal.takeOver(run.lease.fencingToken);
    if (backBecause !== undefined && !isReturning(run.journal.record)) await turnBack(run, backBecause);
  });

async function beginNew(
  context: Context,
  session: Session,
  wish: Wish,
  number: number,
): Promise<DeploymentRecord> {
  const { documents, lease, board } = session;
  const plan = await planFor(context, wish);
  const from = plan.previous ? `${plan.previous.versionLabel} →` : 'first version';
  board.line(`${displayName(plan.environment)}: ${from} ${plan.target.versionLabel}, ${plan.policy}`);
  for (const note of plan.notes) board.line(`${displayName(plan.environment)}: ${note}`);
  await lease.begin(number, `deployment ${number} of ${plan.target.versionLabel}`);
  const record = openRecord(plan, {
    number,
    fencingToken: lease.fencingToken,
    startedBy: context.user,
    startedAt: isoTime(context.clock.now()),
    rollbackOf: wish.rollbackOf,
  });
  const stored = await documents.create(keys.deployment(plan.environment, number), record);
  tellDecided(context.environment, plan.environment);
  return performRecord(context, session, stored);
}
