import { spawn, type ChildProcess } from 'node:child_process';
import type { Clock } from '../clock.ts';
import type { MachineCommand, MachineCommandResult } from './instances.ts';
import { insideCommand } from './sandbox.ts';

/** More than this of each stream is passed on, but not kept. */
const keptCharacters = 1 << 20;
/** What a command left running in the background may hold its output open; nobody waits for that. */
const drainMilliseconds = 200;
const killMilliseconds = 5000;

/** Runs a command inside the machine whose first process is given, with the machine's own environment. */
export function runInside(
  firstPid: number,
  environment: Readonly<Record<string, string>>,
  command: MachineCommand,
  clock: Clock,
): Promise<MachineCommandResult> {
  const [program = '', ...args] = insideCommand(firstPid, inDirectory(command));
  const child = spawn(program, args, {
    env: { HOME: '/root', USER: 'root', LOGNAME: 'root', ...environment, ...command.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stopKilling = endWith(child, command.signal, clock);
  return outcome(child, command, clock).finally(stopKilling);
}

/** Starts in the working directory that the command asks for. */
const inDirectory = ({ argv, workingDirectory }: MachineCommand): string[] => [
  ...['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh'],
  workingDirectory ?? '/root',
  ...argv,
];

/** Ends the command's process group with the signal: politely first. */
function endWith(child: ChildProcess, signal: AbortSignal | undefined, clock: Clock): () => void {
  let cancel = (): void => undefined;
  const kill = (name: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, name);
    } catch {
      // it has ended
    }
  };
  const end = (): void => {
    kill('SIGTERM');
    cancel = clock.after(killMilliseconds, () => {
      kill('SIGKILL');
    });
  };
  if (signal?.aborted) end();
  else signal?.addEventListener('abort', end, { once: true });
  return () => {
    signal?.removeEventListener('abort', end);
    cancel();
  };
}

function outcome(child: ChildProcess, command: MachineCommand, clock: Clock): Promise<MachineCommandResult> {
  const kept = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => {
      if (kept[stream].length < keptCharacters) kept[stream] += text;
      command.onOutput?.(stream, text);
    });
  }
  return new Promise((done, fail) => {
    const finish = (code: number | null, signal: NodeJS.Signals | null): void => {
      child.stdout?.destroy();
      child.stderr?.destroy();
      done({ exitCode: code ?? (signal === 'SIGKILL' ? 137 : 143), ...kept });
    };
    child.on('error', fail);
    child.on('exit', (code, signal) => {
      const cancel = clock.after(drainMilliseconds, () => {
        finish(code, signal);
      });
      child.on('close', () => {
        cancel();
        finish(code, signal);
      });
    });
  });
}
