import type { SwapRecord } from '../../model/schemas.ts';
import type { Context } from '../context.ts';
import { exitCodes, UserError, type ExitCode } from '../errors.ts';
import { isSwapReturning } from './journal.ts';
import { swapTitle } from './runner.ts';

const exitCodeOf: Record<SwapRecord['status'], ExitCode> = {
  Succeeded: exitCodes.done,
  InProgress: exitCodes.notRolledBack,
  RolledBack: exitCodes.rolledBack,
  RollbackFailed: exitCodes.notRolledBack,
  Aborted: exitCodes.interrupted,
};

/** A swap that did not succeed: why, what is true now, what to type next. */
export class SwapFailedError extends UserError {
  readonly record: SwapRecord;

  constructor(record: SwapRecord) {
    const { stack, environments, status, reason = 'no reason was recorded' } = record;
    const [one, other] = environments.map((environment) => `${stack}/${environment}`);
    const verb = status === 'Aborted' ? 'was' : 'failed:';
    super(`The ${swapTitle(record)} ${verb} ${reason}.`, {
      exitCode: exitCodeOf[status],
      now: [whereNamesLead(record)],
      next:
        status === 'Aborted'
          ? `beanpole swap ${one ?? ''} ${other ?? ''}   (to try again)`
          : `beanpole status ${stack}   (what is true now)`,
    });
    this.name = 'SwapFailedError';
    this.record = record;
  }
}

export const whereNamesLead = ({ names, status }: SwapRecord): string =>
  status === 'RollbackFailed'
    ? `${names.map(({ name }) => name).join(' and ')} may not lead to where they led before.`
    : `${names.map(({ name }) => name).join(' and ')} lead to ${status === 'Succeeded' ? 'each other’s environment' : 'where they led before'}.`;

/** What the next command can do about a swap whose command is gone: after `beanpole resume TARGET`. */
export const swapWaysOn = (record: SwapRecord, target: string): string =>
  isSwapReturning(record) ? 'goes on undoing it' : `continues it, beanpole abort ${target} undoes it`;

/** Throws for one that did not succeed. */
export function reportSwap({ ui }: Context, record: SwapRecord): void {
  if (record.status !== 'Succeeded') throw new SwapFailedError(record);
  const { stack, environments, names } = record;
  const targets = environments.map((environment) => `${stack}/${environment}`);
  for (const [index, { name }] of names.entries())
    ui.note(ui.paint.good(`${name} leads to ${targets[1 - index] ?? ''} (swap ${record.number}).`));
  ui.note('  Resolvers may remember the old answer for up to 60 s; both environments serve.');
  ui.next(`beanpole swap ${targets.join(' ')}`, 'to swap back');
}
