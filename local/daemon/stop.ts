import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { askDaemon } from './control.ts';
import { takeLock } from './lock.ts';
import { readSettings } from './settings.ts';

/** Machines may take 27 s to shut down, load balancers less. */
const stopMilliseconds = 45_000;
const startMilliseconds = 90_000;
const pollMilliseconds = 25;

type Outcome = 'stopped' | 'killed' | 'not running';

/** Stops the daemon of a folder: in order if it answers and takes no longer than the deadline, else by force. */
export async function stop(folder: string): Promise<Outcome> {
  if (!existsSync(folder)) return 'not running';
  // One that is being started is stopped when it runs.
  const release = takeLock(folder, 'start', startMilliseconds);
  try {
    return await end(folder);
  } finally {
    release?.();
  }
}

async function end(folder: string): Promise<Outcome> {
  const firstPid = readSettings(folder)?.firstPid;
  if (firstPid === undefined || !isDaemon(firstPid, folder)) return 'not running';
  const isTold = await askDaemon(folder, 'POST', '/stop', 5000).then(
    (answer) => answer !== undefined,
    () => false,
  );
  if (isTold && (await isGone(firstPid, folder, stopMilliseconds))) return 'stopped';
  // The kernel ends everything in the namespaces with their first process.
  process.kill(firstPid, 'SIGKILL');
  await isGone(firstPid, folder, stopMilliseconds);
  return 'killed';
}

/** Whether the number still belongs to a daemon's first process, and not to a later program. */
function isDaemon(pid: number, folder: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes('serve') && words.includes(folder);
  } catch {
    return false;
  }
}

async function isGone(pid: number, folder: string, milliseconds: number): Promise<boolean> {
  const end = Date.now() + milliseconds;
  while (isDaemon(pid, folder)) {
    if (Date.now() > end) return false;
    await delay(pollMilliseconds);
  }
  return true;
}

/** Deletes everything that the cloud of a folder keeps; others' files beside it stay. */
export function deleteState(folder: string): void {
  for (const name of ['region', 'cloud.json', 'control.sock', 'daemon.log', 'daemon.log.1']) {
    rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 3 });
  }
}
