import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';

/** A release is named by what it holds, so the same bundle is never unpacked twice. */
export const releaseFolder = (releases: string, sha256: string): string =>
  path.join(releases, sha256.slice(0, 16));

/** A release that its hooks and commands have changed belongs to one deployment. */
export const preparedFolder = (plain: string, deployment: number): string => `${plain}-${deployment}`;

/** Points `/var/app/current`, say, at a release, atomically. */
export async function pointCurrent(current: string, folder: string): Promise<void> {
  await mkdir(path.dirname(current), { recursive: true });
  const temporary = `${current}.new`;
  await rm(temporary, { force: true });
  await symlink(folder, temporary);
  await rename(temporary, current);
}
