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

/** Removes every release folder but those named. */
export async function pruneReleases(releases: string, kept: readonly string[]): Promise<void> {
  const names = await readdir(releases).catch(() => []);
  const superfluous = names
    .map((name) => path.join(releases, name))
    .filter((folder) => !kept.includes(folder));
  await Promise.all(superfluous.map((folder) => rm(folder, { recursive: true, force: true })));
}
