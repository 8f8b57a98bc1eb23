/**
 * What a detached process tells the command that has started it: a file with a line for each environment whose
 * deployment or swap has begun, or was refused.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { displayName, type EnvironmentName } from '../../model/names.ts';
import { UserError, type ExitCode } from '../errors.ts';

/** Names the file to the detached process. */
export const decisionsVariable = 'BEANPOLE_DECISIONS';

export interface Decision {
  readonly environment: string;
  /** Undefined: it has begun. */
  readonly refusal: UserError | undefined;
}

interface Line {
  readonly environment: string;
  readonly refusal?: {
    readonly message: string;
    readonly now: readonly string[];
    readonly next?: string;
    readonly exitCode: ExitCode;
  };
}

/** Tells that it has begun, or why not; nothing where nobody waits for it. */
export function tellDecided(
  variables: NodeJS.ProcessEnv,
  environment: EnvironmentName,
  error?: UserError,
): void {
  const file = variables[decisionsVariable];
  if (file === undefined) return;
  const { message, now, next, exitCode } = error ?? {};
  const line = {
    environment: displayName(environment),
    ...(error && { refusal: { message, now, next, exitCode } }),
  };
  try {
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  } catch {
    // Whoever waited is gone, and so is the file: no reason to stop.
  }
}

/** The first decision on each environment; what became of it later is in its record. */
export function readDecisions(file: string): Decision[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  const all = lines.map((line) => JSON.parse(line) as Line);
  return all
    .filter(({ environment }, index) => all.findIndex((each) => each.environment === environment) === index)
    .map(({ environment, refusal }) => ({
      environment,
      refusal: refusal && new UserError(refusal.message, refusal),
    }));
}
