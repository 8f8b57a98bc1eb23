import { explainAwsError } from '../aws/explain-error.ts';
import { exitCodes, UserError } from '../errors.ts';
import { reasonOf } from './runner.ts';

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
export function inWords(error: unknown, variables: NodeJS.ProcessEnv): UserError {
  if (error instanceof UserError) return error;
  return (
    explainAwsError(error, variables) ??
    new UserError(`This is a bug in Beanpole: ${reasonOf(error)}`, {
      exitCode: exitCodes.bug,
      next: 'beanpole status   (--verbose shows where; please report it with the command that you typed)',
      cause: error,
    })
  );
}
