import { createHash, hash, randomUUID } from 'node:crypto';
import { createWriteStream, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createChecksum, type ChecksumAlgorithm } from '../../endpoint/checksums.ts';
import type { Store } from '../../store.ts';
import { Segments, type Place } from './segments.ts';
import type { Body } from './state.ts';

/** A body that has come in. */
export interface Received {
  readonly body: Body;
  /** In hex. */
  readonly md5: string;
  /** In base64; of the algorithm asked for. */
  readonly checksum?: string;
}

/** A read under way. */
interface Reading {
  /** What it may still have to open. */
  readonly names: ReadonlySet<string>;
  readonly over: Promise<void>;
}

export type Incoming = Uint8Array | Readable | undefined;

/**
 * The bytes of objects. A body that comes whole is appended to a segment, one that flows gets a file of its own.
 * Nothing is ever written over, so state and bytes agree: what no stored state names (an upload cut off, a
 * `kill -9`) is removed at the next start.
 */
export class Bodies {
  readonly #folder: string;
  readonly #store: Store;
  readonly #segments: Segments;
  readonly #readings = new Set<Reading>();

  constructor(folder: string, store: Store) {
    this.#folder = join(folder, 'objects');
    this.#store = store;
    mkdirSync(this.#folder, { recursive: true });
    this.#segments = new Segments(this.#folder);
  }

  #path(id: string): string {
    return join(this.#folder, id);
  }

  /** Writes a body down; at once when it is all there. */
  receive(incoming: Incoming, algorithm: ChecksumAlgorithm | undefined): Received | Promise<Received> {
    return incoming instanceof Readable
      ? this.#stream(incoming, algorithm)
      : this.#whole(incoming ?? new Uint8Array(), algorithm);
  }

  #whole(bytes: Uint8Array, algorithm: ChecksumAlgorithm | undefined): Received {
    const checksum = algorithm && createChecksum(algorithm);
    checksum?.update(bytes);
    const body = this.#segments.append(bytes);
    return { body, md5: hash('md5', bytes), ...(checksum && { checksum: checksum.digest() }) };
  }

  async #stream(incoming: Readable, algorithm: ChecksumAlgorithm | undefined): Promise<Received> {
    const id = randomUUID();
    const md5 = createHash('md5');
    const checksum = algorithm && createChecksum(algorithm);
    let size = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        md5.update(chunk);
        checksum?.update(chunk);
        done(null, chunk);
      },
    });
    try {
      await pipeline(incoming, count, createWriteStream(this.#path(id)));
    } catch (error) {
      rmSync(this.#path(id), { force: true });
      throw error;
    }
    return { body: { id, size }, md5: md5.digest('hex'), ...(checksum && { checksum: checksum.digest() }) };
  }

  /** A body of its own with the same bytes; long ones are not copied. */
  copy(body: Body): Body {
    if (isPlace(body)) return this.#segments.append(this.#segments.read(body, 0, body.size - 1));
    const id = randomUUID();
    linkSync(this.#path(body.id), this.#path(id));
    return { id, size: body.size };
  }

  /** Bytes `start` to `end` (inclusive) of bodies in a row, also when they are released meanwhile. */
  read(bodies: readonly Body[], start: number, end: number): Uint8Array | Readable {
    const [only] = bodies;
    if (only && bodies.length === 1 && isPlace(only)) return this.#segments.read(only, start, end);
    const stream = Readable.from(this.#pieces(bodies, start, end), { objectMode: false });
    const over = new Promise<void>((resolve) => stream.once('close', resolve));
    const reading = { names: new Set(bodies.map(nameOf)), over };
    this.#readings.add(reading);
    void over.then(() => this.#readings.delete(reading));
    return stream;
  }

  async *#pieces(bodies: readonly Body[], start: number, end: number): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const body of bodies) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, body.size - 1);
      offset += body.size;
      if (from > to) continue;
      if (isPlace(body)) yield this.#segments.read(body, from, to);
      else
        yield* (await open(this.#path(body.id))).createReadStream({
          start: from,
          end: to,
          highWaterMark: 256 * 1024,
        });
    }
  }

  /** Removes bodies once the state that no longer names them is stored, and whoever reads them is through. */
  release(bodies: readonly Body[]): void {
    if (bodies.length === 0) return;
    const readings = [...this.#readings].filter(({ names }) =>
      bodies.some((body) => names.has(nameOf(body))),
    );
    this.#store.settled().then(
      async () => {
        for (const { over } of readings) await over;
        for (const body of bodies) {
          if (isPlace(body)) this.#segments.release(body);
          else void unlink(this.#path(body.id)).catch(() => undefined);
        }
      },
      // Not stored: they may still be needed. The next start sorts it out.
      () => undefined,
    );
  }

  /** At the start: takes stock of what is alive, and removes the rest. */
  sweep(alive: readonly Body[]): void {
    for (const body of alive) if (isPlace(body)) this.#segments.keep(body);
    const named = new Set(alive.map(({ id }) => id));
    for (const id of readdirSync(this.#folder)) if (!named.has(id)) rmSync(this.#path(id), { force: true });
  }

  /** Whether a body lies in a segment that is hardly used any more. */
  isScattered(body: Body): boolean {
    return isPlace(body) && this.#segments.isSparse(body.id);
  }

  close(): void {
    this.#segments.close();
  }
}

const nameOf = ({ id, offset }: Body): string => `${id}/${offset ?? ''}`;

function isPlace(body: Body): body is Place {
  return body.offset !== undefined;
}
