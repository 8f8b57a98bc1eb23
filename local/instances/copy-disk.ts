import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const keptOfErrors = 2000;

/**
 * Copies a disk's folder with everything that files have. Where the file system can, it shares the blocks until one
 * side is written to; nothing is linked. The copy gets its name last: it is there whole, or not at all.
 */
export async function copyDisk(
  from: string,
  to: string,
  { onProgress, finish }: { onProgress?: (percent: number) => void; finish?: (draft: string) => void } = {},
): Promise<void> {
  const draft = `${to}.new`;
  await rm(draft, { recursive: true, force: true });
  const total = countFiles(from);
  await copyTree(from, draft, (copied) => onProgress?.(Math.min(99, Math.floor((copied / total) * 100))));
  finish?.(draft);
  await rename(draft, to);
}

/** Not by `recursive`, which follows links: those of a disk lead out of it. */
function countFiles(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce(
    (count, entry) => count + (entry.isDirectory() ? countFiles(join(folder, entry.name)) : 1),
    1,
  );
}

function copyTree(from: string, to: string, onCopied: (count: number) => void): Promise<void> {
  const child = spawn('cp', ['--archive', '--reflink=auto', '--verbose', '--', from, to], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let copied = 0;
  let said = '';
  child.stdout.on('data', (lines: Buffer) => {
    for (const byte of lines) if (byte === 0x0a) copied += 1;
    onCopied(copied);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-keptOfErrors);
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === 0) done();
      else
        fail(
          new Error(`a disk could not be copied: ${said.trim() || `cp ended with ${code ?? 'a signal'}`}`),
        );
    });
  });
}
