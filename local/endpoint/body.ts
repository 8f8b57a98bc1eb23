import type { IncomingMessage } from 'node:http';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { BodyCheck, sha256 } from './checksums.ts';
import { ChunkedDecoder, type ChunkVerifier } from './chunked.ts';
import type { Request } from './request.ts';
import { AwsError } from './service.ts';

/** Bodies up to this size come whole to a handler; longer ones of a streaming operation flow. */
export const wholeLimit = 64 * 1024;
/** More than any request without streaming may hold. */
const collectLimit = 16 * 1024 * 1024;

/** Reads a message to its end. */
export function collect(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let rest: Buffer[] | undefined;
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > collectLimit) {
        message.resume();
        reject(
          new AwsError('RequestEntityTooLarge', `The request is longer than ${collectLimit} bytes.`, 413),
        );
      } else if (first) (rest ??= [first]).push(chunk);
      else first = chunk;
    });
    message.on('end', () => {
      resolve(rest ? Buffer.concat(rest) : (first ?? Buffer.alloc(0)));
    });
    message.on('error', reject);
    message.on('aborted', () => {
      reject(new AwsError('RequestTimeout', 'The caller hung up before the whole request had come.'));
    });
  });
}

export function isChunked({ headers }: Request): boolean {
  return headers['x-amz-content-sha256']?.startsWith('STREAMING-') ?? false;
}

/** Length of the payload as announced; undefined when it is not. */
export function announcedLength(request: Request): number | undefined {
  const length = isChunked(request)
    ? request.headers['x-amz-decoded-content-length']
    : request.headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

const emptyHash = sha256('');

/** Decodes and checks a body that has come whole. */
export function checkedBody(request: Request, raw: Buffer, verify: ChunkVerifier | undefined): Buffer {
  if (raw.length === 0 && request.headers['x-amz-content-sha256'] === emptyHash && request.method === 'GET')
    return raw;
  const check = new BodyCheck(request.headers);
  if (!isChunked(request)) {
    if (check.isEmpty) return raw;
    check.update(raw);
    check.finish();
    return raw;
  }
  const decoder = new ChunkedDecoder(verify);
  const body = Buffer.concat(decoder.push(raw));
  decoder.finish();
  check.update(body);
  check.finish(decoder.trailers);
  return body;
}

/** Decodes and checks a body as it flows; the stream fails at its end when the checks do. */
export function checkedStream(
  request: Request,
  message: IncomingMessage,
  verify: ChunkVerifier | undefined,
): Readable {
  const stream = new CheckedStream(request, verify);
  // A handler that refuses before it reads leaves nobody else to hear of it.
  stream.on('error', () => undefined);
  message.on('error', (error) => stream.destroy(error));
  message.on('aborted', () => {
    stream.destroy(new AwsError('RequestTimeout', 'The caller hung up before the whole body had come.'));
  });
  return message.pipe(stream);
}

class CheckedStream extends Transform {
  readonly #check: BodyCheck;
  readonly #decoder: ChunkedDecoder | undefined;
  readonly #announced: number | undefined;
  #length = 0;

  constructor(request: Request, verify: ChunkVerifier | undefined) {
    super();
    this.#check = new BodyCheck(request.headers);
    this.#decoder = isChunked(request) ? new ChunkedDecoder(verify) : undefined;
    this.#announced = announcedLength(request);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#attempt(done, () => {
      for (const data of this.#decoder?.push(chunk) ?? [chunk]) {
        this.#check.update(data);
        this.#length += data.length;
        this.push(data);
      }
    });
  }

  override _flush(done: TransformCallback): void {
    this.#attempt(done, () => {
      this.#decoder?.finish();
      if (this.#announced !== undefined && this.#announced !== this.#length) {
        throw new AwsError(
          'IncompleteBody',
          'You did not provide the number of bytes specified by the Content-Length HTTP header',
        );
      }
      this.#check.finish(this.#decoder?.trailers);
    });
  }

  #attempt(done: TransformCallback, action: () => void): void {
    try {
      action();
      done();
    } catch (error) {
      done(error as Error);
    }
  }
}
