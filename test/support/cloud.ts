import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const project = resolve(import.meta.dirname, '../..');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A local cloud of a scenario's own, driven by the commands that a user types. */
export interface TestCloud {
  /** Where it keeps its state. */
  readonly folder: string;
  /** A project of its own, which a scenario may spoil and nobody else changes meanwhile. */
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
  readonly frontDoorPort: number;
  /** Runs `beanpole …` to its end. */
  readonly beanpole: (...args: string[]) => Promise<Finished>;
  /** Starts `beanpole …`, to be interrupted or killed. */
  readonly startBeanpole: (
    args: readonly string[],
    variables?: NodeJS.ProcessEnv,
  ) => ChildProcessByStdio<null, Readable, Readable>;
  /** Starts a command on a host of the simulated internet; its standard input and output are pipes. */
  readonly onInternet: (...command: string[]) => ChildProcessByStdio<Writable, Readable, null>;
  /** Runs `pulumi …` to its end. */
  readonly pulumi: (...args: string[]) => Promise<Finished>;
  /** `pulumi up` of a stack, made if it is not there. Throws when it fails. */
  readonly up: (stack: string) => Promise<string>;
  /** Throws when there is anything to do: a `pulumi refresh`, then a `pulumi up` on what it has read. */
  readonly atRest: (stack: string) => Promise<void>;
  /** Ends the cloud and deletes its state. */
  remove(): Promise<void>;
}

export interface CloudOptions {
  /** One of the applications in examples/; otherwise it is for MyWordPress. */
  readonly example?: string;
  /** Further options of `beanpole local start`. */
  readonly start?: readonly string[];
}

export async function startCloud({ example, start = [] }: CloudOptions = {}): Promise<TestCloud> {
  const folder = mkdtempSync(join(tmpdir(), 'cloud-'));
  const copy = join(folder, 'project-under-test');
  const own = example === undefined ? copyOfProject(copy) : copyOfExample(example, copy);
  const base = { ...process.env, BEANPOLE_CLOUD: join(folder, 'state'), NO_COLOR: '1' };
  const beanpoleArgs = (args: readonly string[]): string[] => [join(project, 'bin/beanpole.js'), ...args];

  const started = await run(
    process.execPath,
    beanpoleArgs(['local', 'start', '--port', '0', '--front-door', '0', ...start]),
    base,
    own,
  );
  if (started.code !== 0)
    throw new Error(`The local cloud did not start:\n${started.stdout}${started.stderr}`);
  const variables = await must(run(process.execPath, beanpoleArgs(['local', 'env', '--json']), base, own));
  const env: NodeJS.ProcessEnv = { ...base, ...(JSON.parse(variables) as Record<string, string>) };

  const beanpole = (...args: string[]): Promise<Finished> =>
    run(process.execPath, beanpoleArgs(args), env, own);
  const pulumi = (...args: string[]): Promise<Finished> =>
    run('pulumi', ['--non-interactive', ...args], env, own);
  const made = new Set<string>();
  return {
    folder: join(folder, 'state'),
    project: own,
    env,
    frontDoorPort: Number(env.LOCAL_CLOUD_FRONT_DOOR?.split(':').at(-1)),
    beanpole,
    startBeanpole: (args, variables = {}) =>
      spawn(process.execPath, beanpoleArgs(args), {
        env: { ...env, ...variables },
        cwd: own,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    onInternet: (...command) =>
      spawn(process.execPath, beanpoleArgs(['local', 'shell', '-c', `exec ${command.join(' ')}`]), {
        env,
        cwd: own,
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    pulumi,
    async up(stack) {
      if (!made.has(stack)) await must(pulumi('stack', 'select', '--create', stack));
      made.add(stack);
      return await must(pulumi('up', '--yes', '--skip-preview', '--stack', stack));
    },
    async atRest(stack) {
      const options = ['--yes', '--skip-preview', '--diff', '--expect-no-changes', '--stack', stack];
      await must(pulumi('refresh', ...options));
      await must(pulumi('up', ...options));
    },
    async remove() {
      await must(beanpole('local', 'stop'));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The result's output; throws with all of it when the program failed. */
export async function must(finished: Promise<Finished>): Promise<string> {
  const { code, stdout, stderr } = await finished;
  if (code !== 0) throw new Error(`Ended with code ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** Replaces text in a file of a scenario's own project. */
export function edit(file: string, change: (text: string) => string): void {
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

export function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<Finished> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()));
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.on('error', fail);
    child.on('close', (code) => {
      done({ code, stdout, stderr });
    });
  });
}

/** Its link to the program would lead nowhere from there; a cloud has its own. */
function copyOfExample(name: string, target: string): string {
  cpSync(join(project, 'examples', name), target, {
    recursive: true,
    filter: (path) => !path.endsWith('/infra') && !path.includes('node_modules'),
  });
  return target;
}

function copyOfProject(target: string): string {
  for (const entry of [
    'Pulumi.yaml',
    'Pulumi.application.yaml',
    'Pulumi.dev.yaml',
    'Pulumi.prod.yaml',
    'package.json',
    'infra',
    'agent',
    'model',
    'app',
    'worker',
  ]) {
    cpSync(join(project, entry), join(target, entry), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    });
  }
  symlinkSync(join(project, 'node_modules'), join(target, 'node_modules'));
  return target;
}
