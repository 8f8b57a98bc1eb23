import process from 'node:process';
import { UsageError } from './arguments.ts';

/** Says why and ends, by the codes of sysexits.h: 64 for a command that was typed wrongly, 70 for everything else. */
export function exitWith(error: unknown): never {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${isUsage ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exit(isUsage ? 64 : 70);
}
