/**
 * Messages that the application has handled and that the queue may still hold. They are on disk before their
 * deletion is under way, so that an agent that is killed in between deletes them when it comes back instead of
 * handing them out again.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';

export interface Handled {
  readonly id: string;
  readonly receiptHandle: string;
}

/** What the queue has deleted meanwhile stays in the file until it is so large; to delete it again does no harm. */
const largestBytes = 64 * 1024;

export class HandledMessages {
  readonly #file: number;
  readonly #pending = new Map<string, string>();
  #bytes: number;

  constructor(file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    const text = readText(file);
    for (const line of text.split('\n').slice(0, -1)) {
      const [id = '', receiptHandle = ''] = line.split(' ');
      this.#pending.set(id, receiptHandle);
    }
    this.#file = openSync(file, 'a', 0o600);
    this.#bytes = Buffer.byteLength(text);
  }

  get all(): Handled[] {
    return [...this.#pending].map(([id, receiptHandle]) => ({ id, receiptHandle }));
  }

  has(id: string): boolean {
    return this.#pending.has(id);
  }

  add({ id, receiptHandle }: Handled): void {
    this.#pending.set(id, receiptHandle);
    if (this.#bytes > largestBytes) this.#compact();
    else this.#write(`${id} ${receiptHandle}\n`);
  }

  /** The queue has deleted it. */
  forget(id: string): void {
    this.#pending.delete(id);
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(text: string): void {
    this.#bytes += writeSync(this.#file, text);
  }

  #compact(): void {
    ftruncateSync(this.#file, 0);
    this.#bytes = 0;
    this.#write(this.all.map(({ id, receiptHandle }) => `${id} ${receiptHandle}\n`).join(''));
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
