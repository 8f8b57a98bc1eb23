import { createHash, hash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from './service.ts';

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'SHA1' | 'SHA256';
export const checksumAlgorithms: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'SHA1', 'SHA256'];

/** A checksum that grows with its data. */
export interface Checksum {
  update(data: Uint8Array): void;
  /** Base64, as headers carry it. */
  digest(): string;
}

export function createChecksum(algorithm: ChecksumAlgorithm | 'MD5'): Checksum {
  if (algorithm === 'CRC32') return new Crc((data, value) => crc32(data, value));
  if (algorithm === 'CRC32C') return new Crc(crc32c);
  return new Digest(createHash(algorithm.toLowerCase()));
}

class Crc implements Checksum {
  readonly #step: (data: Uint8Array, value: number) => number;
  #value = 0;

  constructor(step: (data: Uint8Array, value: number) => number) {
    this.#step = step;
  }
  update(data: Uint8Array): void {
    this.#value = this.#step(data, this.#value);
  }
  digest(): string {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#value >>> 0);
    return bytes.toString('base64');
  }
}

class Digest implements Checksum {
  readonly #hash: Hash;

  constructor(hash: Hash) {
    this.#hash = hash;
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  digest(): string {
    return this.#hash.digest('base64');
  }
}

const castagnoli = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

function crc32c(data: Uint8Array, start: number): number {
  let value = ~start;
  for (const byte of data) value = (castagnoli[(value ^ byte) & 255] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}

/** Checks a body against all that a request's headers (or trailers) say of it. */
export class BodyCheck {
  readonly #expected: { readonly header: string; readonly value: string; readonly checksum: Checksum }[] = [];
  readonly #trailing = new Map<string, Checksum>();
  readonly #sha256: { readonly value: string; readonly hash: Hash } | undefined;

  constructor(headers: Readonly<Record<string, string | undefined>>) {
    for (const algorithm of checksumAlgorithms) {
      const header = `x-amz-checksum-${algorithm.toLowerCase()}`;
      const value = headers[header];
      if (value !== undefined) this.#expected.push({ header, value, checksum: createChecksum(algorithm) });
      else if (headers['x-amz-trailer']?.toLowerCase().includes(header))
        this.#trailing.set(header, createChecksum(algorithm));
    }
    const md5 = headers['content-md5'];
    if (md5 !== undefined)
      this.#expected.push({ header: 'content-md5', value: md5, checksum: createChecksum('MD5') });
    const sha256 = headers['x-amz-content-sha256'];
    if (sha256 && /^[0-9a-f]{64}$/.test(sha256)) this.#sha256 = { value: sha256, hash: createHash('sha256') };
  }

  get isEmpty(): boolean {
    return this.#expected.length === 0 && this.#trailing.size === 0 && !this.#sha256;
  }

  update(data: Uint8Array): void {
    for (const { checksum } of this.#expected) checksum.update(data);
    for (const checksum of this.#trailing.values()) checksum.update(data);
    this.#sha256?.hash.update(data);
  }

  /** Throws when the body is not what was announced. */
  finish(trailers: ReadonlyMap<string, string> = new Map()): void {
    if (this.#sha256 && this.#sha256.hash.digest('hex') !== this.#sha256.value) throw sha256Mismatch();
    for (const { header, value, checksum } of this.#expected) compare(header, value, checksum);
    for (const [header, checksum] of this.#trailing) compare(header, trailers.get(header) ?? '', checksum);
  }
}

function compare(header: string, value: string, checksum: Checksum): void {
  if (checksum.digest() === value) return;
  if (header !== 'content-md5')
    throw new AwsError(
      'BadDigest',
      `The ${header.slice(15).toUpperCase()} you specified did not match the calculated checksum.`,
    );
  throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
}

function sha256Mismatch(): AwsError {
  return new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}

/** SHA-256 in hex of a whole body. */
export function sha256(body: Buffer | string): string {
  return hash('sha256', body);
}
