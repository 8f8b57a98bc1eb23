import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const longestRun = 600_000;

async function run([program = '', ...args]: readonly string[]): Promise<void> {
  try {
    await execute(program, args, { timeout: longestRun, maxBuffer: 64 * 1024 * 1024 });
  } catch (cause) {
    const { stderr = '', message } = cause as Error & { stderr?: string };
    throw new Error(`${program} failed: ${stderr.trim().split('\n').slice(-5).join('\n') || message}`, {
      cause,
    });
  }
}

/** The programs behind backups and copies. */
export const programs = {
  run,
  /** Copies a folder; what is empty in its files takes no space. */
  copy: (from: string, to: string) => run(['cp', '-a', '--sparse=always', '--reflink=auto', from, to]),
};
