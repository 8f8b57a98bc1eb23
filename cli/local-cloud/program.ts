import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError, type ExitCode } from '../errors.ts';
import { repository } from './folders.ts';

/** What `node local/main.ts status --json` says of a cloud that runs. */
const cloudStatus = z.object({
  endpoint: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  region: z.string(),
  frontDoor: z.string(),
  secureFrontDoor: z.string(),
  nameServer: z.string(),
  authority: z.string(),
});
export type CloudStatus = z.infer<typeof cloudStatus>;

/** What those programs tell a user to type. */
const wording = {
  LOCAL_CLOUD_COMMAND: 'beanpole local',
  LOCAL_CLOUD_ELSEWHERE: 'BEANPOLE_CLOUD=<another folder> beanpole local start',
};

/** Runs a program of the local cloud with our own terminal; it prints its errors itself. */
export async function runProgram(
  path: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  output: 'inherit' | 'stderr' = 'inherit',
): Promise<void> {
  const stdout = output === 'stderr' ? 2 : 'inherit';
  const child = spawn(process.execPath, [requireProgram(path), ...args], {
    stdio: ['inherit', stdout, 'inherit'],
    env: { ...environment, ...wording },
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exit, signal) => {
      resolve(exit ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
  if (code !== 0) throw new UserError('', { exitCode: code as ExitCode });
}

/** Asks the cloud in a folder what it is; an error that says how to start it when it does not run. */
export async function readCloudStatus(folder: string, environment: NodeJS.ProcessEnv): Promise<CloudStatus> {
  const status = cloudStatus.safeParse(
    parse(await outputOf(['status', '--json', '--folder', folder], environment)),
  );
  if (status.success) return status.data;
  throw new UserError(`The local cloud in ${folder} is not running.`, { next: 'beanpole local start' });
}

function outputOf(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, [requireProgram('local/main.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: environment,
  });
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', () => {
      resolve(output);
    });
  });
}

function requireProgram(path: string): string {
  const program = join(repository, path);
  if (existsSync(program)) return program;
  throw new UserError(`This copy of Beanpole has no local cloud: ${program} is missing.`, {
    next: 'clone the whole repository',
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
