/** Processes that outlive the agent: started detached, found again by id and start time. */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Clock } from '../clock.ts';
import type { ProcessIdentity, RunningProcess } from '../state.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process under our care. */
export interface Managed {
  readonly process: RunningProcess;
  /** Settles when it is gone; an adopted one's status is not known. */
  readonly exited: Promise<Exit>;
  hasExited(): boolean;
  /** To the whole process group. */
  signal(signal: NodeJS.Signals): void;
}

export interface Launch {
  readonly name: string;
  /** A line for the shell. */
  readonly command: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Standard output and error go here, so that they need no reader. */
  readonly log: string;
}

/**
 * Starts a process that waits for `go` before it becomes the command: when the agent dies in between, nothing
 * runs that the state file does not know.
 */
export function launch({ name, command, folder, environment, log }: Launch): Managed & { go(): void } {
  mkdirSync(path.dirname(log), { recursive: true });
  const output = openSync(log, 'a', 0o640);
  const child = spawn('/bin/sh', ['-c', 'read -r go && exec /bin/sh -c "$0" </dev/null', command], {
    cwd: folder,
    env: { ...environment },
    detached: true,
    stdio: ['pipe', output, output],
  });
  closeSync(output);
  child.stdin?.on('error', () => undefined);
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', () => {
      resolve((exit = { code: 127, signal: null }));
    });
    child.once('exit', (code, signal) => {
      resolve((exit = { code, signal }));
    });
  });
  child.unref();
  const pid = child.pid ?? 0;
  return {
    process: { name, pid, startTime: startTimeOf(pid) ?? '', log },
    exited,
    hasExited: () => exit !== undefined,
    signal: (signal) => {
      signalGroup(pid, signal);
    },
    go: () => {
      child.stdin?.end('go\n');
    },
  };
}

const adoptedCheckMilliseconds = 250;

/** Takes a process over that an earlier agent started; undefined: it is gone. */
export function adopt(running: RunningProcess, clock: Clock): Managed | undefined {
  if (!isAlive(running)) return undefined;
  let gone = false;
  const watch = async (): Promise<Exit> => {
    while (isAlive(running)) await clock.sleep(adoptedCheckMilliseconds);
    gone = true;
    return { code: null, signal: null };
  };
  return {
    process: running,
    exited: watch(),
    hasExited: () => gone,
    signal: (signal) => {
      if (isAlive(running)) signalGroup(running.pid, signal);
    },
  };
}

/** The same process, not another one that got its id. */
export const isAlive = ({ pid, startTime }: ProcessIdentity): boolean =>
  startTime !== '' && startTimeOf(pid) === startTime;

/** Undefined for a process that is gone or a zombie. */
function startTimeOf(pid: number): string | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Start time of /proc/<pid>/stat; the name in brackets may hold spaces and brackets itself. */
export function parseStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    if (pid > 0) process.kill(-pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}

/** SIGTERM, and SIGKILL when it has not ended in time. */
export async function end(managed: Managed, graceMilliseconds: number, clock: Clock): Promise<void> {
  managed.signal('SIGTERM');
  const inTime = new AbortController();
  const killer = clock.sleep(graceMilliseconds, inTime.signal).then(
    () => {
      managed.signal('SIGKILL');
    },
    () => undefined,
  );
  await managed.exited;
  inTime.abort();
  await killer;
  // Children of the process that did not end with it.
  managed.signal('SIGKILL');
}

export const describeExit = ({ code, signal }: Exit): string =>
  signal !== null ? `was ended by ${signal}` : code === null ? 'ended' : `exited with code ${code}`;
