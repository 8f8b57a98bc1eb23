import { hash } from 'node:crypto';
import { AwsError } from './service.ts';

/** Checks one chunk's signature; absent when chunks are not signed. */
export type ChunkVerifier = (chunkHash: string, signature: string) => boolean;

/**
 * Decodes an `aws-chunked` body: `<hex size>[;chunk-signature=…]\r\n<data>\r\n … 0\r\n<trailer>:<value>\r\n\r\n`.
 * Unsigned data is handed on as it comes; a signed chunk is collected and checked first.
 */
export class ChunkedDecoder {
  readonly trailers = new Map<string, string>();
  readonly #verify: ChunkVerifier | undefined;
  #rest: Buffer = Buffer.alloc(0);
  #state: 'size' | 'data' | 'data-end' | 'trailer' | 'done' = 'size';
  #left = 0;
  #signature = '';
  #collected: Buffer[] = [];

  constructor(verify?: ChunkVerifier) {
    this.#verify = verify;
  }

  /** Takes raw bytes; returns the payload in them. */
  push(bytes: Buffer): Buffer[] {
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    const payload: Buffer[] = [];
    while (this.#state !== 'done' && this.#step(payload));
    return payload;
  }

  /** Throws unless the closing chunk has come. */
  finish(): void {
    if (this.#state === 'trailer' && this.#rest.length === 0) this.#state = 'done';
    if (this.#state !== 'done')
      throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
  }

  #step(payload: Buffer[]): boolean {
    if (this.#state === 'data') return this.#data(payload);
    const line = this.#line();
    if (line === undefined) return false;
    if (this.#state === 'size') this.#size(line, payload);
    else if (this.#state === 'data-end') this.#state = 'size';
    else if (line === '') this.#state = 'done';
    else this.#trailer(line);
    return true;
  }

  #line(): string | undefined {
    const end = this.#rest.indexOf('\r\n');
    if (end < 0) return undefined;
    const line = this.#rest.toString('latin1', 0, end);
    this.#rest = this.#rest.subarray(end + 2);
    return line;
  }

  #size(line: string, payload: Buffer[]): void {
    const [, size, signature = ''] = /^([0-9a-f]+)(?:;chunk-signature=([0-9a-f]+))?$/i.exec(line) ?? [];
    if (size === undefined)
      throw new AwsError('InvalidChunkSizeError', `Chunk header ${JSON.stringify(line)} is not valid.`);
    this.#left = parseInt(size, 16);
    this.#signature = signature;
    if (this.#left > 0) this.#state = 'data';
    else {
      this.#endChunk(payload);
      this.#state = 'trailer';
    }
  }

  #data(payload: Buffer[]): boolean {
    if (this.#rest.length === 0) return false;
    const data = this.#rest.subarray(0, this.#left);
    this.#rest = this.#rest.subarray(data.length);
    this.#left -= data.length;
    if (this.#verify) this.#collected.push(data);
    else payload.push(data);
    if (this.#left === 0) {
      this.#endChunk(payload);
      this.#state = 'data-end';
    }
    return true;
  }

  #endChunk(payload: Buffer[]): void {
    if (!this.#verify) return;
    const chunk = Buffer.concat(this.#collected);
    this.#collected = [];
    if (!this.#verify(hash('sha256', chunk), this.#signature)) {
      throw new AwsError('SignatureDoesNotMatch', 'A chunk of the body is not signed as it should be.', 403);
    }
    if (chunk.length > 0) payload.push(chunk);
  }

  #trailer(line: string): void {
    const colon = line.indexOf(':');
    this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}
