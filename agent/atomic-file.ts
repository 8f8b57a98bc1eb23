import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';

/** Writes a file so that after a crash at any moment either the old or the new content is there, whole. */
export async function writeAtomically(file: string, content: string, mode = 0o600): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const temporary = `${file}.new`;
  const handle = await open(temporary, 'w', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
