import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processes that run on an instance of a local cloud, by what their command line holds. */
export function processesOn(cloudFolder: string, instanceId: string, command: string): number[] {
  const disk = join(cloudFolder, 'region/disks', instanceId);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => rootOf(pid) === disk && commandLine(pid).includes(command))
    .map(Number);
}

const commandLine = (pid: string): string => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');

/** What a process sees as /, as the machine knows it. */
const rootOf = (pid: string): string | undefined =>
  read(`/proc/${pid}/mountinfo`)
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , , , mountPoint]) => mountPoint === '/')?.[3];

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // It has ended.
  }
}
