// Where tests keep what they make: clouds with the disks of their instances, thousands of files each, soon deleted.
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';

const memoryFolder = '/dev/shm';
/** Three clouds at once were seen to keep 0.9 GB in it; what runs in them needs memory, too. */
const neededBytes = 8 * 1024 ** 3;

/**
 * A folder in memory, or undefined where there is not plenty, or programs may not be started from it. The disk does as
 * well, at a price: ext4 passes over inodes that were deleted within the last minutes one by one.
 */
export function scratchInMemory() {
  if (!isSuitable()) return undefined;
  const folder = mkdtempSync(`${memoryFolder}/test-`);
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function isSuitable() {
  try {
    const mount = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .find((line) => line.split(' ')[1] === memoryFolder);
    const { bavail, bsize } = statfsSync(memoryFolder);
    const bytes = Math.min(bavail * bsize, process.availableMemory?.() ?? freemem());
    return mount !== undefined && !/\bnoexec\b/.test(mount) && bytes >= neededBytes;
  } catch {
    return false;
  }
}
