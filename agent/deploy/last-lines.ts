import { open } from 'node:fs/promises';

const tailBytes = 16 * 1024;
/** Run Command returns 24,000 characters of output; the result must fit into it. */
const longestLine = 300;

/** The end of a log file, oldest line first; empty when there is no such file. `from` is an offset in bytes. */
export async function lastLines(
  file: string,
  { count = 20, from = 0 }: { readonly count?: number; readonly from?: number } = {},
): Promise<string[]> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (!handle) return [];
  try {
    const { size } = await handle.stat();
    const start = Math.max(from, size - tailBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    if (start > from) lines.shift();
    return lines
      .filter((line) => line.trim() !== '')
      .slice(-count)
      .map((line) => line.slice(0, longestLine));
  } finally {
    await handle.close();
  }
}
