import { spawn } from 'node:child_process';

/** Where `ip netns` keeps its names; the daemon's own, on a tmpfs in its mount namespace. */
export const namespaceFolder = '/run/netns';

/** The command's words inside a named network namespace. */
export function inNamespace(name: string, command: readonly string[]): string[] {
  return ['nsenter', `--net=${namespaceFolder}/${name}`, '--', ...command];
}

/** Runs a program with a text on stdin; throws with what it said when it fails. */
export function kernel(command: readonly string[], input = ''): Promise<void> {
  const [program = '', ...args] = command;
  return new Promise((done, fail) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    child.on('error', fail);
    child.stdin.on('error', () => undefined); // told by its exit code
    child.on('close', (code) => {
      if (code === 0) done();
      else fail(new Error(`The network could not be changed: ${command.join(' ')} said: ${said.trim()}`));
    });
    child.stdin.end(input);
  });
}

/** `ip` commands in one go, in a named namespace or in the daemon's own. */
export async function ip(lines: readonly string[], namespace?: string): Promise<void> {
  if (lines.length === 0) return;
  const where = namespace === undefined ? [] : ['-n', namespace];
  await kernel(['ip', ...where, '-batch', '-'], `${lines.join('\n')}\n`);
}

/** Runs tasks a few at a time: more processes at once than processors only wait for each other. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await task(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
