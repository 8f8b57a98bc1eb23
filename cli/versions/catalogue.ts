import { keys } from '../../model/names.ts';
import { deletedVersion, versionManifest, type VersionManifest } from '../../model/schemas.ts';
import type { Documents } from '../aws/documents.ts';
import { UserError } from '../errors.ts';

const labelOf = (key: string): string => key.slice(keys.versions.length, -'.json'.length);

/** All application versions, newest first. */
export async function listVersions(documents: Documents): Promise<VersionManifest[]> {
  const labels = (await documents.list(keys.versions)).filter((key) => key.endsWith('.json')).map(labelOf);
  const found = await Promise.all(labels.map((label) => readVersion(documents, label)));
  return found
    .filter((version) => version !== undefined)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

export const readVersion = async (
  documents: Documents,
  label: string,
): Promise<VersionManifest | undefined> =>
  (await documents.read(keys.version(label), versionManifest))?.value;

/** Who has deleted a version, and when. */
export const readDeleted = async (documents: Documents, label: string) =>
  (await documents.read(keys.deletedVersion(label), deletedVersion))?.value;

/** The version with this label, or the newest one when no label is given. */
export async function findVersion(documents: Documents, label: string | undefined): Promise<VersionManifest> {
  if (label === undefined) {
    const [newest] = await listVersions(documents);
    if (newest) return newest;
    throw new UserError('There is no application version yet.', { next: 'beanpole version create v1' });
  }
  const found = await readVersion(documents, label);
  if (found) return found;
  const deleted = await readDeleted(documents, label);
  if (deleted)
    throw new UserError(`Version ${label} was deleted by ${deleted.deletedBy} at ${deleted.deletedAt}.`, {
      next: 'beanpole version list   (shows those that there are)',
    });
  const all = await listVersions(documents);
  throw new UserError(`There is no version ${label}.`, {
    now: [
      all.length > 0
        ? `The newest ones: ${all
            .slice(0, 5)
            .map((version) => version.label)
            .join(', ')}.`
        : 'There is none at all yet.',
    ],
    next: all.length > 0 ? 'beanpole version list' : `beanpole version create ${label}`,
  });
}
