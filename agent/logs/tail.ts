/** Reads a growing log file line by line, as fast as its reader takes them. */
import { execFile } from 'node:child_process';
import { open, truncate } from 'node:fs/promises';
import { promisify } from 'node:util';

const pieceBytes = 64 * 1024;
/** A line without end is passed on in pieces. */
const longestLineBytes = 32 * 1024;

export class Tail {
  readonly file: string;
  #position: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(file: string, position: number) {
    this.file = file;
    this.#position = position;
  }

  /** Everything before it was passed on as whole lines. */
  get position(): number {
    return this.#position - this.#rest.length;
  }

  /** Passes new whole lines on until there are none or `hasRoom` says no. Resolves to the file's size. */
  async read(onLine: (line: string) => void, hasRoom: () => boolean): Promise<number> {
    const handle = await open(this.file, 'r').catch(() => undefined);
    if (!handle) return 0;
    try {
      const { size } = await handle.stat();
      if (size < this.#position) {
        // Somebody emptied it.
        this.#position = 0;
        this.#rest = Buffer.alloc(0);
      }
      while (this.#position < size && hasRoom()) {
        const piece = Buffer.alloc(Math.min(pieceBytes, size - this.#position));
        const { bytesRead } = await handle.read(piece, 0, piece.length, this.#position);
        if (bytesRead === 0) break;
        this.#position += bytesRead;
        this.#rest = this.#split(Buffer.concat([this.#rest, piece.subarray(0, bytesRead)]), onLine);
      }
      return size;
    } finally {
      await handle.close();
    }
  }

  #split(buffer: Buffer, onLine: (line: string) => void): Buffer {
    let start = 0;
    for (let end = buffer.indexOf(10); end >= 0; end = buffer.indexOf(10, start)) {
      onLine(buffer.toString('utf8', start, end));
      start = end + 1;
    }
    if (buffer.length - start <= longestLineBytes) return buffer.subarray(start);
    onLine(buffer.toString('utf8', start));
    return Buffer.alloc(0);
  }

  /** Cuts what was passed on from the head of the file, in whole blocks. */
  async shorten(): Promise<void> {
    const blocks = Math.floor(this.position / blockBytes) * blockBytes;
    if (blocks === 0) return;
    try {
      // Takes blocks out of the file while its writer appends: no line is lost. ext4 and XFS can.
      await promisify(execFile)('fallocate', [
        '--collapse-range',
        '--offset',
        '0',
        '--length',
        String(blocks),
        this.file,
      ]);
      this.#position -= blocks;
    } catch {
      // Lines written between the last read and now are lost; a full disk would lose more.
      await truncate(this.file, 0);
      this.#position = 0;
      this.#rest = Buffer.alloc(0);
    }
  }
}

const blockBytes = 64 * 1024;
