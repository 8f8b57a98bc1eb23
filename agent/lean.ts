import process from 'node:process';

/**
 * Young objects get little room, and code is interpreted or compiled simply: V8's optimizing compilers and what they
 * need to know of each function would cost a tenth more. bench/agent.ts shows what the agent needs.
 */
export const leanFlags = ['--max-semi-space-size=1', '--optimize-for-size', '--no-opt', '--no-maglev'];
/**
 * glibc keeps what V8 frees after parsing, and it keeps it per thread. One arena, with everything from 32 KB on
 * in mappings of its own, gives it back: 8 MB less of 70.
 */
export const leanVariables = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '65536',
  BEANPOLE_LEAN: '1',
};

/** Starts this process over with settings that must be there from its first moment; the process id stays. */
export function runLean(agentFile: string): void {
  if (process.env.BEANPOLE_LEAN !== undefined || typeof process.execve !== 'function') return;
  const argv = [process.execPath, ...leanFlags, agentFile, ...process.argv.slice(2)];
  process.execve(process.execPath, argv, { ...process.env, ...leanVariables });
}
