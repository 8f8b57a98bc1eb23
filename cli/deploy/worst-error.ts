import { exitCodes, UserError } from '../errors.ts';
import { bugTitle, explain } from '../report-error.ts';

/** One error as it is; several in one, with the exit code of the worst. */
export function worstOf(errors: readonly unknown[], variables: NodeJS.ProcessEnv): unknown {
  if (errors.length === 1) return errors[0];
  const known = errors.map((error) => inWords(error, variables));
  const order = [
    exitCodes.notRolledBack,
    exitCodes.bug,
    exitCodes.interrupted,
    exitCodes.rolledBack,
    exitCodes.locked,
    exitCodes.usage,
  ];
  const exitCode = order.find((code) => known.some((error) => error.exitCode === code)) ?? exitCodes.usage;
  const { next, cause } = known.find((error) => error.exitCode === exitCode) ?? {};
  return new UserError(known.map((error) => [error.message, ...error.now].join('\n')).join('\n\n'), {
    exitCode,
    ...(next !== undefined && { next }),
    cause,
  });
}

/** Any error as one for the person who typed the command. */
export const inWords = (error: unknown, variables: NodeJS.ProcessEnv): UserError =>
  explain(error, variables) ??
  new UserError(bugTitle(error), {
    exitCode: exitCodes.bug,
    next: 'beanpole status   (--verbose shows where; please report it with the command that you typed)',
    cause: error,
  });
