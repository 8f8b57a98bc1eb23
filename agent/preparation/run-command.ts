/** Runs one command of a bundle to its end: output to the log, a failure with its last lines. */
import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { lastLines } from '../deploy/last-lines.ts';
import { FinalError } from '../errands/final-error.ts';

export interface BundleCommand {
  /** As a failure names it: `the hook .platform/hooks/prebuild/01_build.sh`. */
  readonly what: string;
  readonly argv: readonly [string, ...string[]];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Gets what the command prints. */
  readonly log: string;
}

/** A command without `#!` is one for the shell, as if it had been typed. */
export const byShell = (program: string): [string, ...string[]] => ['/bin/sh', '-c', '"$0"', program];
export const shellLine = (line: string): [string, ...string[]] => ['/bin/sh', '-c', line];

/** Its exit status. Output goes to a file and not to a pipe, which a command left in the background would keep open. */
export async function statusOf(command: BundleCommand): Promise<number> {
  const { argv, folder, environment, log } = command;
  const output = openSync(log, 'a', 0o640);
  const child = spawn(argv[0], argv.slice(1), {
    cwd: folder,
    env: { ...environment, PWD: folder },
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(new FinalError(`${command.what} could not be started: ${error.message}`));
    });
    child.once('exit', (code, signal) => {
      appendFileSync(log, code === 0 ? '' : `${command.what}: ${signal ?? `exit code ${code ?? 0}`}\n`);
      resolve(code ?? 128);
    });
  });
}

/** Throws, with the command's last lines, unless it ends with 0. */
export async function runCommand(command: BundleCommand): Promise<void> {
  const { log, what } = command;
  mkdirSync(path.dirname(log), { recursive: true });
  appendFileSync(log, `${what} begins\n`);
  const begin = statSync(log).size;
  const status = await statusOf(command);
  if (status === 0) return;
  const lines = (await lastLines(log, { count: 21, from: begin })).slice(0, -1);
  throw new FinalError(`${what} failed with exit code ${status}`, lines);
}
