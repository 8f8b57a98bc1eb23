/** Errors meant for the person who typed the command, and the exit code each ends with. */

export const exitCodes = {
  done: 0,
  bug: 1,
  usage: 2,
  rolledBack: 3,
  notRolledBack: 4,
  locked: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface Advice {
  /** What is true now: one sentence per line. */
  readonly now?: readonly string[];
  /** The next command, and what for. */
  readonly next?: string;
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/** Something the user can do something about: printed without a stack. */
export class UserError extends Error {
  readonly now: readonly string[];
  readonly next: string | undefined;
  readonly exitCode: ExitCode;

  constructor(what: string, { now = [], next, exitCode = exitCodes.usage, cause }: Advice = {}) {
    super(what, { cause });
    this.name = 'UserError';
    this.now = now;
    this.next = next;
    this.exitCode = exitCode;
  }
}

/** Several things are wrong; all of them are told at once. */
export const problemsError = (title: string, problems: readonly string[], next?: string): UserError =>
  problems.length === 1 && problems[0]
    ? new UserError(`${title}: ${problems[0]}`, next ? { next } : {})
    : new UserError(
        [`${title}:`, ...problems.map((problem) => `  - ${problem}`)].join('\n'),
        next ? { next } : {},
      );

/** The first Ctrl-C: work under way is undone, then the command ends with 130. */
export class InterruptedError extends UserError {
  constructor(what = 'Interrupted.', advice: Advice = {}) {
    super(what, { exitCode: exitCodes.interrupted, ...advice });
    this.name = 'InterruptedError';
  }
}
