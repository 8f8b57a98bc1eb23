import { displayName } from '../../model/names.ts';
import type { DeploymentRecord, EnvironmentDescriptor, VersionManifest } from '../../model/schemas.ts';
import { createDocuments } from '../aws/documents.ts';
import { command, flag, shared, text } from '../command.ts';
import type { Context } from '../context.ts';
import { deploy, planFor, type Wish } from '../deploy/deployment.ts';
import { DeploymentFailedError } from '../deploy/outcome.ts';
import { deploymentFlags, wishedOptions } from '../deploy/wished-options.ts';
import {
  findApplication,
  listEnvironments,
  parseTarget,
  selectEnvironments,
  type Target,
} from '../environments.ts';
import { exitCodes, UserError } from '../errors.ts';
import { throughFrontDoor } from '../local-cloud/front-door.ts';
import { applicationOf } from '../project.ts';
import { duration } from '../ui/duration.ts';
import { planText } from '../ui/plan-text.ts';
import { findVersion } from '../versions/catalogue.ts';

export default command({
  name: 'deploy',
  group: 'Deploy',
  summary: 'Bring an environment, or all environments of a stack, to an application version.',
  argument: { name: 'stack[/environment]', summary: 'dev, or dev/web.', required: true },
  options: {
    version: text('label', 'The application version; the newest one unless given.'),
    ...deploymentFlags,
    dryRun: flag('Print the plan and change nothing.'),
    json: flag('Print the plan, or how it ended, as JSON.'),
    application: shared.application,
  },
  examples: [
    { command: 'beanpole deploy dev', effect: 'all environments of dev get the newest version' },
    {
      command: 'beanpole deploy prod --version v1',
      effect: 'promotes v1 as a whole; also the way back to it',
    },
    {
      command: 'beanpole deploy prod/web --policy Rolling --batch-size 50%',
      effect: 'half of the instances at a time',
    },
    {
      command: 'beanpole deploy prod/web --dry-run',
      effect: 'shows each step, its undo and the point of no return',
    },
  ],

  async run(argument, { version: label, dryRun, json, application: given, ...flags }, context) {
    const target = parseTarget(argument);
    const options = wishedOptions(flags);
    const application = applicationOf(context.project, given);
    const found = await findWishes(context, application, target, label);
    const wishes = found.map((wish) => ({ ...wish, ...options }));
    const plans = await Promise.all(wishes.map((wish) => planFor(context, wish)));
    if (dryRun) {
      if (json) context.ui.json(plans);
      else context.ui.data(plans.map((plan) => planText(plan, context.ui.dataPaint)).join('\n\n'));
      return;
    }
    await deployAll(context, wishes, json);
  },
});

/** Which version each environment is to get; an environment named by its stack only is left out if the version has nothing for it. */
async function findWishes(
  context: Context,
  application: string,
  target: Target,
  label: string | undefined,
): Promise<Wish[]> {
  const { ssm, s3 } = context.clients;
  const [descriptor, environments] = await Promise.all([
    findApplication(ssm, application),
    listEnvironments(ssm, application),
  ]);
  const selected = selectEnvironments(environments, target);
  const version = await findVersion(createDocuments(s3, descriptor.bucket), label);
  const wanted = target.environment === undefined ? withBundle(context, selected, version) : selected;
  return wanted.map((environment) => ({ environment, version, versionIsExplicit: label !== undefined }));
}

function withBundle(
  { ui }: Context,
  environments: readonly EnvironmentDescriptor[],
  version: VersionManifest,
): readonly EnvironmentDescriptor[] {
  const [some, none] = [
    environments.filter(({ tier }) => version.bundles[tier]),
    environments.filter(({ tier }) => !version.bundles[tier]),
  ];
  // With nothing to deploy at all, planning one of them says why.
  if (some.length === 0) return none;
  for (const environment of none)
    ui.warn(
      `${version.label} has no ${environment.tier} bundle: ${displayName(environment)} stays as it is.`,
    );
  return some;
}

/** All environments at the same time, each with its own lock, record and outcome; the worst outcome is the command's. */
async function deployAll(context: Context, wishes: readonly Wish[], json: boolean): Promise<void> {
  const { ui, clock } = context;
  const startedAt = clock.now();
  const board = ui.board();
  context.onLeave(() => leavingAdvice(wishes));
  const outcomes = await Promise.allSettled(
    wishes.map(async (wish) => succeeded(wish, await deploy(context, wish, board))),
  ).finally(() => {
    board.close();
  });
  if (json) ui.json(outcomes.map(toJson));
  const errors = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  for (const [index, outcome] of outcomes.entries()) {
    const wish = wishes[index];
    if (wish && outcome.status === 'fulfilled')
      reportSuccess(context, wish, outcome.value, clock.now() - startedAt);
  }
  if (errors.length > 0) throw worstOf(errors);
}

function succeeded({ environment }: Wish, record: DeploymentRecord): DeploymentRecord {
  if (record.status !== 'Succeeded') throw new DeploymentFailedError(environmentName(environment), record);
  return record;
}

const environmentName = ({ application, stack, environment }: EnvironmentDescriptor) => ({
  application,
  stack,
  environment,
});

function reportSuccess(
  { environment: variables, ui }: Context,
  { environment, version, versionIsExplicit }: Wish,
  record: DeploymentRecord,
  milliseconds: number,
): void {
  const target = displayName(environment);
  const label = record.target.versionLabel;
  ui.note(ui.paint.good(`${target} runs ${label} (deployment ${record.number}, ${duration(milliseconds)}).`));
  if (environment.url) ui.note(`  ${throughFrontDoor(environment.url, variables.LOCAL_CLOUD_FRONT_DOOR)}`);
  if (label !== version.label && !versionIsExplicit)
    ui.next(
      `beanpole deploy ${target}`,
      `${version.label} is newer: the interrupted deployment was finished first`,
    );
  else if (record.previous && record.previous.versionLabel !== label)
    ui.next(`beanpole deploy ${target} --version ${record.previous.versionLabel}`, 'to go back');
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
    `Next: beanpole status ${target}   (what is true now; beanpole deploy ${target} then goes on)`,
  ].join('\n');
}

/** One error as it is; several in one, with the exit code of the worst. */
function worstOf(errors: readonly unknown[]): unknown {
  const bug = errors.find((error) => !(error instanceof UserError));
  if (bug !== undefined || errors.length === 1) return bug ?? errors[0];
  const order = [
    exitCodes.notRolledBack,
    exitCodes.interrupted,
    exitCodes.rolledBack,
    exitCodes.locked,
    exitCodes.usage,
  ];
  const known = errors.filter((error) => error instanceof UserError);
  const exitCode = order.find((code) => known.some((error) => error.exitCode === code)) ?? exitCodes.usage;
  const next = known.find((error) => error.exitCode === exitCode)?.next;
  return new UserError(known.map((error) => [error.message, ...error.now].join('\n')).join('\n\n'), {
    exitCode,
    ...(next !== undefined && { next }),
  });
}
