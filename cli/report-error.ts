import { CommanderError } from 'commander';
import { explainAwsError } from './aws/explain-error.ts';
import { exitCodes, UserError, type ExitCode } from './errors.ts';

export interface ErrorReport {
  /** What to print to standard error; empty when it has been printed already. */
  readonly text: string;
  readonly exitCode: ExitCode;
}

/** The one place where an error becomes words and an exit code. */
export function reportError(error: unknown, environment: NodeJS.ProcessEnv, verbose: boolean): ErrorReport {
  if (error instanceof CommanderError) return reportCommanderError(error);
  const explained = explain(error, environment);
  if (!explained) return { text: bugReport(error), exitCode: exitCodes.bug };
  const lines = [explained.message, ...explained.now];
  if (explained.next) lines.push(`Next: ${explained.next}`);
  if (verbose && explained.cause !== undefined) lines.push('', details(explained.cause));
  return { text: lines.join('\n'), exitCode: explained.exitCode };
}

/** What a person can do something about; undefined: a bug in Beanpole. */
export const explain = (error: unknown, environment: NodeJS.ProcessEnv): UserError | undefined =>
  error instanceof UserError ? error : explainAwsError(error, environment);

export const bugTitle = (error: unknown): string =>
  `This is a bug in Beanpole: ${error instanceof Error ? error.message : String(error)}`;

/** Commander has printed its message (or the help that was asked for) by itself. */
function reportCommanderError(error: CommanderError): ErrorReport {
  return { text: '', exitCode: error.exitCode === 0 ? exitCodes.done : exitCodes.usage };
}

function bugReport(error: unknown): string {
  return [
    bugTitle(error),
    details(error),
    'Nothing more is known about what is true now.',
    'Next: beanpole status   (and please report the lines above with the command that you typed)',
  ].join('\n');
}

function details(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const metadata = (error as { $metadata?: { requestId?: string; httpStatusCode?: number } }).$metadata;
  const request = metadata
    ? `\n  status ${metadata.httpStatusCode ?? '-'}, request id ${metadata.requestId ?? '-'}`
    : '';
  return `${error.stack ?? error.message}${request}`;
}
