import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

export const project = resolve(import.meta.dirname, '../..');
const beanpoleProgram = join(project, 'bin/beanpole.js');

/** What the program printed says what failed and what to do next. */
export class ProgramFailedError extends Error {
  readonly code: number;

  constructor(command: string, code: number | null, output: string) {
    super(`${command} ended with code ${code ?? 'none'}:\n${output.trim()}`);
    this.code = code ?? 1;
  }
}

/** As a user would type it. */
const typed = (command: string, args: readonly string[]): string =>
  [command, ...args].join(' ').replace(`${process.execPath} ${beanpoleProgram}`, 'beanpole');

/** Runs a program to its end; the result is its standard output. What it printed is shown only if it fails. */
export function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let all = '';
    child.stdout.on('data', (text: Buffer) => {
      stdout += text.toString();
      all += text.toString();
    });
    child.stderr.on('data', (text: Buffer) => (all += text.toString()));
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === 0) done(stdout);
      else fail(new ProgramFailedError(typed(command, args), code, all));
    });
  });
}

export const beanpole = (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> =>
  run(process.execPath, [beanpoleProgram, ...args], env);

/** What `eval "$(beanpole local env)"` gives a shell. */
export async function localEnvironment(): Promise<NodeJS.ProcessEnv> {
  const variables = JSON.parse(await beanpole(['local', 'env', '--json'])) as Record<string, string>;
  return { ...process.env, ...variables };
}
