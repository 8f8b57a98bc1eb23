import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const ticksPerSecond = 100;
const pageBytes = 4096;

/** CPU time and resident memory of all processes in the process namespace of one of them. */
export function usageOf(firstPid: number): { cpuSeconds: number; memoryBytes: number } {
  const namespace = namespaceOf(String(firstPid));
  const totals = { cpuSeconds: 0, memoryBytes: 0 };
  if (namespace === undefined) return totals;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || namespaceOf(pid) !== namespace) continue;
    const one = statOf(pid);
    totals.cpuSeconds += one.cpuSeconds;
    totals.memoryBytes += one.memoryBytes;
  }
  return totals;
}

/**
 * Holds all processes of a process namespace, those that appear meanwhile included, until the result is called: what
 * they have on disk is then what it was at one moment.
 */
export function freeze(firstPid: number): () => void {
  const namespace = namespaceOf(String(firstPid));
  const held = new Set<string>();
  const free = (): string[] =>
    // Never the cloud's own, which holds everything else.
    namespace === undefined || namespace === namespaceOf('self')
      ? []
      : readdirSync('/proc').filter(
          (pid) => /^\d+$/.test(pid) && !held.has(pid) && namespaceOf(pid) === namespace,
        );
  for (let pids = free(); pids.length > 0; pids = free()) {
    for (const pid of pids) {
      signal(pid, 'SIGSTOP');
      held.add(pid);
    }
  }
  return () => {
    for (const pid of held) signal(pid, 'SIGCONT');
  };
}

function signal(pid: string, name: NodeJS.Signals): void {
  try {
    process.kill(Number(pid), name);
  } catch {
    // it has ended
  }
}

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined; // it has ended
  }
}

/** CPU time and resident memory of one process. */
export function statOf(pid: string): { cpuSeconds: number; memoryBytes: number } {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return { cpuSeconds: 0, memoryBytes: 0 }; // it has ended
  }
}

/** A process's own time and that of its ended children, whose time would be lost with them otherwise. */
export function parseStat(stat: string): { cpuSeconds: number; memoryBytes: number } {
  // The name in parentheses may hold spaces; what follows starts with the third field.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  return {
    cpuSeconds: (user + system + childUser + childSystem) / ticksPerSecond,
    memoryBytes: (fields[21] ?? 0) * pageBytes,
  };
}
