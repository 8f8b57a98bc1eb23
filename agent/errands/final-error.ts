/** A failure that repeating does not heal; its message is meant for the developer. */
export class FinalError extends Error {
  /** Last lines of what a command of the bundle said, oldest first. */
  readonly lines: readonly string[];

  constructor(message: string, lines: readonly string[] = []) {
    super(message);
    this.lines = lines;
    this.name = 'FinalError';
  }
}

/** Refusals of AWS that another attempt in a moment may not meet again are all but these. */
const finalAwsErrors = new Set([
  'NoSuchKey',
  'ParameterNotFound',
  'ParameterVersionNotFound',
  'ValidationException',
]);

export const isFinal = (error: unknown): boolean =>
  error instanceof FinalError || (error instanceof Error && finalAwsErrors.has(error.name));

/** An error in one line, with AWS's code where there is one. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof FinalError) return error.message;
  const { name, message, code } = error as NodeJS.ErrnoException;
  const text = message === '' && 'errors' in error ? String((error.errors as unknown[])[0]) : message;
  const said = text === '' ? (code ?? 'no message') : text;
  return name === 'Error' ? said : `${name}: ${said}`;
}
