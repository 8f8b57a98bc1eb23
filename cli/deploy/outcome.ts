import { displayName, type EnvironmentName } from '../../model/names.ts';
import type { DeploymentRecord, DeploymentStatus } from '../../model/schemas.ts';
import { exitCodes, UserError, type ExitCode } from '../errors.ts';
import { isPastReturn, isReturning } from './plan.ts';

const exitCodeOf: Record<DeploymentStatus, ExitCode> = {
  Succeeded: exitCodes.done,
  InProgress: exitCodes.notRolledBack,
  Failed: exitCodes.rolledBack,
  RolledBack: exitCodes.rolledBack,
  RollbackFailed: exitCodes.notRolledBack,
  Aborted: exitCodes.interrupted,
};

/** A deployment that did not succeed: why, the application's own last lines, what runs now, what to type next. */
export class DeploymentFailedError extends UserError {
  readonly record: DeploymentRecord;

  constructor(name: EnvironmentName, record: DeploymentRecord) {
    super(whatFailed(name, record), {
      exitCode: exitCodeOf[record.status],
      now: [...lastLinesOf(record), ...whatRunsNow(name, record)],
      next: nextCommand(name, record),
    });
    this.name = 'DeploymentFailedError';
    this.record = record;
  }
}

function whatFailed(
  name: EnvironmentName,
  { number, target, status, reason = 'no reason was recorded' }: DeploymentRecord,
): string {
  const verb = status === 'Aborted' ? 'was' : 'failed:';
  return `Deployment ${number} of ${target.versionLabel} to ${displayName(name)} ${verb} ${reason}.`.replace(
    /\.\.$/,
    '.',
  );
}

/** The last lines of the first instance that has any: they are nearly always the same on all. */
function lastLinesOf({ instances }: DeploymentRecord): string[] {
  const lines =
    instances.find(({ outcome, lastLines }) => outcome === 'Failed' && lastLines.length > 0)?.lastLines ?? [];
  return lines.map((line) => `  ${line}`);
}

/** One sentence per version that runs now; pure facts from the instances' own results. */
export function whatRunsNow(name: EnvironmentName, record: DeploymentRecord): string[] {
  const target = displayName(name);
  const back = record.previous?.versionLabel;
  if (record.status !== 'RollbackFailed') {
    if (back === undefined)
      return [`${target} still shows the placeholder page: it has never had a version.`];
    const began = record.steps.some(({ task, status }) => task.action === 'Deploy' && status !== 'Pending');
    if (!began && !isInPlace(record)) return [`${target} runs ${back}, on the instances that it had.`];
    if (!began) return [`Nothing was changed: ${target} runs ${back}.`];
    const count = record.instances.length;
    return [
      count > 1 ? `All ${count} instances of ${target} run ${back} again.` : `${target} runs ${back} again.`,
    ];
  }
  const lines = record.instances.map(({ instanceId, serving, outcome, reason }) =>
    serving === null
      ? `${instanceId} ${outcome === 'Failed' && reason ? `has not reported what it serves (${reason})` : 'serves no version'}.`
      : `${instanceId} serves ${serving}.`,
  );
  return [
    `${target} is not fully back at ${back ?? 'the placeholder page'}.`,
    ...lines,
    ...sizeNotTakenBack(target, record),
  ];
}

/** Nobody else takes additional instances away: the next deployment and Pulumi keep the size that they find. */
function sizeNotTakenBack(target: string, { steps }: DeploymentRecord): string[] {
  const open = steps.find(({ id, status }) => id === 'return-size' && status !== 'Done');
  if (open?.task.action !== 'Resize') return [];
  const { desiredCapacity } = open.task.size;
  return [
    `It keeps its additional instances; beanpole scale ${target} --instances ${desiredCapacity} takes them away.`,
  ];
}

const isInPlace = ({ steps }: DeploymentRecord): boolean =>
  steps.some(({ task }) => task.action === 'Deploy');

function nextCommand(name: EnvironmentName, { status, previous, target }: DeploymentRecord): string {
  const environment = displayName(name);
  if (status === 'Aborted')
    return `beanpole deploy ${environment} --version ${target.versionLabel}   (to try again)`;
  if (status === 'RollbackFailed')
    return `beanpole deploy ${environment}${previous ? ` --version ${previous.versionLabel}` : ''}   (brings every instance to one version)`;
  return `beanpole logs ${environment}   (what the application and the agent said)`;
}

/** What the next command can do about a deployment whose command is gone: resume, and abort where it still undoes. */
export const waysOn = (
  record: DeploymentRecord,
  target: string,
): { resume: string; abort: string | undefined } => ({
  resume: isReturning(record) ? 'goes on undoing it' : 'continues it',
  abort: isReturning(record) || isPastReturn(record) ? undefined : `beanpole abort ${target} undoes it`,
});
