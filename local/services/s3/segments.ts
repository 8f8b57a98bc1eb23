import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Where a small body lies: part of a file that it shares with others. */
export interface Place {
  readonly id: string;
  readonly offset: number;
  readonly size: number;
}

const segmentSize = 8 * 1024 * 1024;

/**
 * Files that small bodies are appended to: making and removing a file of its own would cost a small object ten
 * times as much as its bytes. A segment is removed when nothing in it is alive any more.
 */
export class Segments {
  readonly #folder: string;
  readonly #files = new Map<string, number>();
  readonly #alive = new Map<string, number>();
  #current: { readonly id: string; readonly file: number; length: number } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  append(bytes: Uint8Array): Place {
    const segment = this.#room(bytes.length);
    let written = 0;
    // At a position of our own: what a full disk took half of is written over by the next.
    while (written < bytes.length)
      written += writeSync(segment.file, bytes, written, bytes.length - written, segment.length + written);
    const place = { id: segment.id, offset: segment.length, size: bytes.length };
    segment.length += bytes.length;
    this.keep(place);
    return place;
  }

  /** Bytes `start` to `end` (inclusive) of a body. */
  read({ id, offset }: Place, start: number, end: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(end - start + 1, 0));
    const read = readSync(this.#file(id), bytes, 0, bytes.length, offset + start);
    if (read < bytes.length)
      throw new Error(`${join(this.#folder, id)} ends too early: bytes of an object are lost`);
    return bytes;
  }

  /** Counts a body as alive (again, at the start). */
  keep({ id, size }: Place): void {
    this.#alive.set(id, this.alive(id) + size + 1);
  }

  release({ id, size }: Place): void {
    this.#alive.set(id, this.alive(id) - size - 1);
    if (this.alive(id) <= 0 && this.#current?.id !== id) this.#remove(id);
  }

  /** Bytes alive in a segment (and one for each body, since empty ones live too). */
  alive(id: string): number {
    return this.#alive.get(id) ?? 0;
  }

  /** Whether so little of a full segment is alive that its bodies should move. */
  isSparse(id: string): boolean {
    return this.#current?.id !== id && this.alive(id) < segmentSize / 4;
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
    this.#current = undefined;
  }

  #room(size: number): { readonly id: string; readonly file: number; length: number } {
    if (this.#current && this.#current.length + size <= segmentSize) return this.#current;
    const full = this.#current;
    const id = `segment-${randomUUID()}`;
    this.#current = { id, file: openSync(join(this.#folder, id), 'w+'), length: 0 };
    this.#files.set(id, this.#current.file);
    if (full && this.alive(full.id) <= 0) this.#remove(full.id);
    return this.#current;
  }

  #file(id: string): number {
    let file = this.#files.get(id);
    if (file === undefined) this.#files.set(id, (file = openSync(join(this.#folder, id), 'r')));
    return file;
  }

  #remove(id: string): void {
    const file = this.#files.get(id);
    if (file !== undefined) closeSync(file);
    this.#files.delete(id);
    this.#alive.delete(id);
    rmSync(join(this.#folder, id), { force: true });
  }
}
