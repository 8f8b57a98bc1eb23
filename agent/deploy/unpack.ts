import path from 'node:path';
import { ArchiveError, openArchive, type SourceArchive } from '../../model/source-bundle/archive.ts';
import { extract } from '../../model/source-bundle/extract.ts';
import { FinalError } from '../errands/final-error.ts';
import { ensureSpace } from './fetch.ts';

/** Unpacks a source bundle to a new folder; writes nothing of one that is refused. */
export async function unpack(file: string, folder: string, progress: (line: string) => void): Promise<void> {
  let archive: SourceArchive | undefined;
  try {
    archive = await openArchive(file);
    const { entries } = archive;
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    await ensureSpace(path.dirname(folder), bytes, 'the unpacked source bundle');
    progress(`Unpacking ${entries.length} entries.`);
    await extract(archive, folder);
  } catch (error) {
    throw error instanceof ArchiveError ? new FinalError(`The source bundle ${error.message}.`) : error;
  } finally {
    archive?.close();
  }
}
