import { randomUUID } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../clock.ts';

/**
 * How long, and how many, old releases stay aside before they are deleted. For some minutes after a deletion ext4
 * passes over every freed inode in turn whenever a file is made: the 3,000 files of the next release took 1.9 s
 * instead of 0.2 s.
 */
const asideMilliseconds = 10 * 60_000;
const mostAside = 4;
const asideEnding = '.removed';

export interface OldReleasesParts {
  readonly clock: Clock;
  readonly folder: string;
  readonly onProblem: (error: unknown) => void;
}

/** Releases that nothing needs any more: out of the way at once, deleted when nobody waits for it. */
export class OldReleases {
  readonly #parts: OldReleasesParts;
  #waiting = new AbortController();

  constructor(parts: OldReleasesParts) {
    this.#parts = parts;
  }

  /** Keeps the named release folders only. What an earlier agent has put aside goes as well. */
  async keepOnly(kept: readonly string[]): Promise<void> {
    this.#waiting.abort();
    this.#waiting = new AbortController();
    try {
      const aside = await this.#putAside(kept);
      if (aside.length > mostAside) await remove(aside);
      else if (aside.length > 0) void this.#removeLater(aside, this.#waiting.signal);
    } catch (error) {
      this.#parts.onProblem(error);
    }
  }

  /** Whole folders, so that a later deployment of the same bundle never meets half of one. */
  async #putAside(kept: readonly string[]): Promise<string[]> {
    const names = await readdir(this.#parts.folder).catch(() => []);
    const folders = names.map((name) => path.join(this.#parts.folder, name));
    return Promise.all(folders.filter((folder) => !kept.includes(folder)).map(moveAside));
  }

  async #removeLater(aside: readonly string[], signal: AbortSignal): Promise<void> {
    try {
      await this.#parts.clock.sleep(asideMilliseconds, signal);
      await remove(aside);
    } catch (error) {
      // Called off by the next deployment, which takes them over.
      if (!signal.aborted) this.#parts.onProblem(error);
    }
  }
}

async function moveAside(folder: string): Promise<string> {
  if (folder.endsWith(asideEnding)) return folder;
  const target = `${folder}.${randomUUID()}${asideEnding}`;
  await rename(folder, target);
  return target;
}

async function remove(folders: readonly string[]): Promise<void> {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
}
