import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import type { Terminal, TerminalProgram, TerminalSize } from './instances.ts';
import { insideCommand } from './sandbox.ts';

/** Where the program's shell says which terminal it has. */
const nameDescriptor = 3;
const openMilliseconds = 10_000;

/** Starts a program on a new terminal inside the machine whose first process is given. */
export async function openTerminal(
  firstPid: number,
  environment: Readonly<Record<string, string>>,
  { argv, onOutput }: TerminalProgram,
  clock: Clock,
): Promise<Terminal> {
  const named = `tty >&${nameDescriptor}; exec ${nameDescriptor}>&-; exec ${argv.map(quoted).join(' ')}`;
  // `script` holds the terminal: when it ends, the kernel hangs up on all that runs there.
  const holder = ['script', '--quiet', '--flush', '--return', '--echo', 'always', '--command', named];
  const [program = '', ...args] = insideCommand(firstPid, [...holder, '/dev/null']);
  const child = spawn(program, args, {
    env: { ...{ HOME: '/root', USER: 'root', LOGNAME: 'root' }, ...environment, ...terminalVariables },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'close').then(([code]) => (code as number | null) ?? 129);
  const hangUp = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended
    }
  };
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  child.stdout.on('data', onOutput);
  child.stdin.on('error', () => undefined); // what is typed after the end is lost
  const cancel = clock.after(openMilliseconds, hangUp);
  const [name] = await Promise.all([
    firstLine(child.stdio[nameDescriptor] as Readable),
    once(child, 'spawn'),
  ]);
  cancel();
  if (name === '') {
    hangUp();
    throw new Error(`No terminal could be opened: ${said.join('').trim() || 'its program ended'}`);
  }
  return {
    ended,
    hangUp,
    write: (bytes) => void child.stdin.write(bytes),
    resize(size) {
      resize(firstPid, name, size);
    },
    pause: () => void child.stdout.pause(),
    resume: () => void child.stdout.resume(),
  };
}

/** As the SSM agent starts them. */
const terminalVariables = { TERM: 'xterm-256color', SHELL: '/bin/sh', LANG: 'C.UTF-8' };

/** The kernel tells the program in the terminal's foreground (SIGWINCH). */
function resize(firstPid: number, name: string, { columns, rows }: TerminalSize): void {
  const [program = '', ...args] = insideCommand(firstPid, [
    ...['stty', '-F', name],
    ...['cols', String(columns), 'rows', String(rows)],
  ]);
  spawn(program, args, { stdio: 'ignore' }).on('error', () => undefined);
}

/** The first line of a stream that others hold open; empty: it ended before. */
async function firstLine(stream: Readable): Promise<string> {
  let text = '';
  for await (const piece of stream) {
    text += String(piece);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
