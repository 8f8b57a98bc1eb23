import { readdirSync, readFileSync } from 'node:fs';

/** Memory of all processes in the daemon's process namespace; pages that are shared count once. */
export function memoryOfAll(): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.reduce((total, pid) => total + memoryOf(pid), 0);
}

function memoryOf(pid: string): number {
  try {
    const kilobytes = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0; // it has ended, or is the kernel's
  }
}
