import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Processes that run on an instance of a local cloud, by what their command line holds. */
export function processesOn(cloudFolder: string, instanceId: string, command: string): number[] {
  const disk = identityOf(join(cloudFolder, 'region/disks', instanceId));
  if (disk === undefined) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => identityOf(`/proc/${pid}/root`) === disk && commandLine(pid).includes(command))
    .map(Number);
}

const commandLine = (pid: string): string => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');

/** Of a folder, by whatever name it is reached. */
function identityOf(folder: string): string | undefined {
  try {
    const { dev, ino } = statSync(folder);
    return `${dev}:${ino}`;
  } catch {
    return undefined; // The instance or the process is no more.
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // It has ended.
  }
}
