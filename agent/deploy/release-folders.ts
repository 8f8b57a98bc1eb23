import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';

/** A release is named by what it holds, so the same bundle is never unpacked twice. */
export const releaseFolder = (releases: string, sha256: string): string =>
  path.join(releases, sha256.slice(0, 16));

/** Points `/var/app/current` at a release, atomically. */
export async function pointCurrent(current: string, folder: string): Promise<void> {
  await mkdir(path.dirname(current), { recursive: true });
  const temporary = `${current}.new`;
  await rm(temporary, { force: true });
  await symlink(folder, temporary);
  await rename(temporary, current);
}

const asideEnding = '.removed';

/**
 * Puts every release folder but those named aside, so that no later deployment meets half of one. The result
 * deletes what is aside, that of an earlier agent too: thousands of files, which nobody has to wait for.
 */
export async function setAside(releases: string, kept: readonly string[]): Promise<() => Promise<void>> {
  const names = await readdir(releases).catch(() => []);
  const superfluous = names
    .map((name) => path.join(releases, name))
    .filter((folder) => !kept.includes(folder));
  const aside = await Promise.all(superfluous.map(moveAside));
  return async () => {
    await Promise.all(aside.map((folder) => rm(folder, { recursive: true, force: true })));
  };
}

async function moveAside(folder: string): Promise<string> {
  if (folder.endsWith(asideEnding)) return folder;
  const target = `${folder}.${randomUUID()}${asideEnding}`;
  await rename(folder, target);
  return target;
}
