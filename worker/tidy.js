import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that is being written is never so old. */
const abandonedMilliseconds = 24 * 3600 * 1000;

/**
 * Deletes what processes that were killed in the middle have left in the shared folder: files under a temporary name, a
 * day old. The result is their number. Finished pictures are never touched.
 */
export async function tidy(folder, now = Date.now()) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const abandoned = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && isTemporary(entry.name) && now - (await changedAt(path)) > abandonedMilliseconds)
      abandoned.push(path);
  }
  for (const path of abandoned) await rm(path, { force: true });
  return abandoned.length;
}

/** `480.webp.<uuid>` of a picture, `.probe-<uuid>` of the status page. */
const isTemporary = (name) => /^(\w+\.webp\.|\.probe-)[0-9a-f-]{36}$/.test(name);

/** When a file was changed; never, if another worker has deleted it meanwhile. */
const changedAt = (path) =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Infinity,
  );
