import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Folders whose entries get their names last: until then they are drafts, `<name>.new`. */

const isDraft = (entry: string): boolean => entry.endsWith('.new');

/** Removes all drafts: before anything is made, those are what a power cut left. */
export function removeDrafts(folder: string): void {
  remove(folder, isDraft);
}

/** Removes what is whole and not named. */
export function removeAllBut(folder: string, named: readonly string[]): void {
  const kept = new Set(named);
  remove(folder, (entry) => !isDraft(entry) && !kept.has(entry));
}

function remove(folder: string, isLeft: (entry: string) => boolean): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder).filter(isLeft)) {
    const path = join(folder, entry);
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    } catch (error) {
      // It is in nobody's way, and the next start tries again.
      console.error(`${path} belongs to nothing any more and could not be removed: ${String(error)}`);
    }
  }
}
