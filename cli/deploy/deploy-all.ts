import { displayName } from '../../model/names.ts';
import type { DeploymentRecord } from '../../model/schemas.ts';
import type { Context } from '../context.ts';
import { listEnvironments, nameOf } from '../environments.ts';
import { throughFrontDoor } from '../local-cloud/front-door.ts';
import { addressOf, readAllTargets } from '../status/address.ts';
import type { Board } from '../ui/board.ts';
import { duration } from '../ui/duration.ts';
import { planText } from '../ui/plan-text.ts';
import { deploy, planFor, type Wish } from './deployment.ts';
import { tellDecided } from './decisions.ts';
import { startDetached } from './detached.ts';
import { DeploymentFailedError } from './outcome.ts';
import { phasesText } from './phases.ts';
import { inWords, worstOf } from './worst-error.ts';

export interface HowToDeploy {
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Leaves the deployments to a process of their own. */
  readonly noWait: boolean;
}

/** All environments at the same time, each with its own lock, record and outcome; the worst outcome is the command's. */
export async function deployAll(
  context: Context,
  wishes: readonly Wish[],
  { dryRun, json, noWait }: HowToDeploy,
): Promise<void> {
  const { ui } = context;
  // Also without --dry-run: what cannot be planned for one environment begins in none.
  const plans = await Promise.all(wishes.map((wish) => planFor(context, wish)));
  if (dryRun && json) ui.json(plans);
  else if (dryRun) ui.data(plans.map((plan) => planText(plan, ui.dataPaint)).join('\n\n'));
  else if (noWait) await startDetached(context, wishes.map(detached));
  else await deployAndWait(context, wishes, json);
}

const detached = ({ environment, version }: Wish) => ({
  environment,
  what: `${version.label} is being deployed`,
  show: `beanpole deployments show ${displayName(environment)}`,
});

async function deployAndWait(context: Context, wishes: readonly Wish[], json: boolean): Promise<void> {
  const { ui, clock } = context;
  const startedAt = clock.now();
  const board = ui.board();
  context.onLeave(() => leavingAdvice(wishes));
  const outcomes = await Promise.allSettled(wishes.map((wish) => deployOne(context, wish, board))).finally(
    () => {
      board.close();
    },
  );
  if (json) ui.json(outcomes.map(toJson));
  const errors = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  // Only told: a deployment that has succeeded does not fail because of it.
  const addresses = outcomes.some(({ status }) => status === 'fulfilled')
    ? await readAddresses(context, wishes).catch(() => new Map<string, string>())
    : new Map<string, string>();
  for (const [index, outcome] of outcomes.entries()) {
    const wish = wishes[index];
    if (wish && outcome.status === 'fulfilled')
      reportSuccess(context, wish, outcome.value, {
        milliseconds: clock.now() - startedAt,
        address: addresses.get(displayName(wish.environment)),
      });
  }
  if (errors.length > 0) throw worstOf(errors, context.environment);
}

async function deployOne(context: Context, wish: Wish, board: Board): Promise<DeploymentRecord> {
  const { environment: variables } = context;
  try {
    const record = succeeded(wish, await deploy(context, wish, board));
    tellDecided(variables, wish.environment);
    return record;
  } catch (error) {
    tellDecided(variables, wish.environment, inWords(error, variables));
    throw error;
  }
}

/** Where each is reached now, by its name: a swap may have given it the name of another one. */
async function readAddresses(
  { clients }: Context,
  wishes: readonly Wish[],
): Promise<ReadonlyMap<string, string>> {
  const [first] = wishes;
  const all = first ? await listEnvironments(clients.ssm, first.environment.application) : [];
  const targets = await readAllTargets(clients, all);
  const entries = wishes.flatMap(({ environment }) => {
    const address = environment.url === undefined ? undefined : addressOf(environment, targets);
    return address === undefined ? [] : [[displayName(environment), address] as const];
  });
  return new Map(entries);
}

function succeeded({ environment }: Wish, record: DeploymentRecord): DeploymentRecord {
  if (record.status !== 'Succeeded') throw new DeploymentFailedError(nameOf(environment), record);
  return record;
}

function reportSuccess(
  { environment: variables, ui }: Context,
  { environment, version, versionIsExplicit }: Wish,
  record: DeploymentRecord,
  { milliseconds, address }: { readonly milliseconds: number; readonly address: string | undefined },
): void {
  const target = displayName(environment);
  const label = record.target.versionLabel;
  ui.note(ui.paint.good(`${target} runs ${label} (deployment ${record.number}, ${duration(milliseconds)}).`));
  ui.note(ui.paint.quiet(`  ${phasesText(record)}`));
  if (address !== undefined) ui.note(`  ${throughFrontDoor(address, variables.LOCAL_CLOUD_FRONT_DOOR)}`);
  if (label !== version.label && !versionIsExplicit)
    ui.next(
      `beanpole deploy ${target}`,
      `${version.label} is newer: the interrupted deployment was finished first`,
    );
  else if (record.previous && record.previous.versionLabel !== label && record.rollbackOf === undefined)
    ui.next(`beanpole rollback ${target}`, `to go back to ${record.previous.versionLabel}`);
}

function toJson(outcome: PromiseSettledResult<DeploymentRecord>): unknown {
  if (outcome.status === 'fulfilled') return outcome.value;
  const error = outcome.reason as Error;
  return error instanceof DeploymentFailedError ? error.record : { error: error.message };
}

function leavingAdvice(wishes: readonly Wish[]): string {
  const [first] = wishes;
  const target =
    wishes.length === 1 && first ? displayName(first.environment) : (first?.environment.stack ?? '');
  return [
    'Whatever has begun on an instance ends by itself; the record of each step is kept.',
    `Next: beanpole status ${target}   (what is true now; beanpole resume goes on, beanpole abort goes back)`,
  ].join('\n');
}
