import { connect, type Socket } from 'node:net';

export interface Measured {
  readonly perSecond: number;
  /** Answers that were no success. */
  readonly failed: number;
}

const connections = 32;

/** Sends the same bytes again and again over keep-alive connections, one request at a time on each. */
export async function replay(port: number, request: Buffer, seconds: number): Promise<Measured> {
  const end = performance.now() + seconds * 1000;
  const started = performance.now();
  const results = await Promise.all(Array.from({ length: connections }, () => converse(port, request, end)));
  const elapsed = (performance.now() - started) / 1000;
  const done = results.reduce((sum, result) => sum + result.done, 0);
  return { perSecond: done / elapsed, failed: results.reduce((sum, result) => sum + result.failed, 0) };
}

function converse(port: number, request: Buffer, end: number): Promise<{ done: number; failed: number }> {
  return new Promise((resolve, reject) => {
    const answers = new Answers();
    let done = 0;
    let failed = 0;
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setNoDelay(true);
    socket.on('error', reject);
    socket.on('close', () => {
      resolve({ done, failed });
    });
    socket.on('data', (bytes: Buffer) => {
      const status = answers.push(bytes);
      if (status === undefined) return;
      done++;
      if (status >= 300) failed++;
      if (performance.now() < end) socket.write(request);
      else socket.destroy();
    });
  });
}

/** Finds where an answer ends: by its Content-Length, or by the last chunk. */
class Answers {
  #bytes: Buffer = Buffer.alloc(0);

  /** The status of an answer that is complete. */
  push(bytes: Buffer): number | undefined {
    this.#bytes = this.#bytes.length > 0 ? Buffer.concat([this.#bytes, bytes]) : bytes;
    const headEnd = this.#bytes.indexOf('\r\n\r\n');
    if (headEnd < 0) return undefined;
    const head = this.#bytes.toString('latin1', 0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    const isWhole =
      length === undefined
        ? this.#bytes.subarray(-5).equals(lastChunk)
        : this.#bytes.length >= headEnd + 4 + Number(length);
    if (!isWhole) return undefined;
    this.#bytes = Buffer.alloc(0);
    return Number(head.slice(9, 12));
  }
}

const lastChunk = Buffer.from('0\r\n\r\n');
