import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Takes a lock in a folder; the result releases it, and so does the end of the process, however it comes.
 * SQLite's own file lock does the work. Undefined: somebody else holds it, even after the wait.
 */
export function takeLock(folder: string, name: string, waitMilliseconds = 0): (() => void) | undefined {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, `${name}.lock`), { timeout: waitMilliseconds });
  try {
    database.exec('begin exclusive');
  } catch (error) {
    database.close();
    if ((error as Error).message.includes('database is locked')) return undefined;
    throw error;
  }
  return () => {
    database.close();
  };
}
