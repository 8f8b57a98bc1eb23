/** Sends lines to one CloudWatch Logs stream in batches; bounded, and never in anybody's way. */
import {
  CreateLogStreamCommand,
  PutLogEventsCommand,
  type CloudWatchLogsClient,
  type InputLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import { awsBackOff, backOffDelay } from '../back-off.ts';
import type { Clock } from '../clock.ts';

/** Limits of PutLogEvents: 10,000 events or 1 MiB with 26 bytes added per event, within 24 hours. */
export const batchLimits = {
  events: 10_000,
  bytes: 1_048_576,
  eventOverheadBytes: 26,
  spanMilliseconds: 86_400_000,
};
/** One event may have 1 MB; a line of a log that is longer than this is no line. */
const longestMessageBytes = 32 * 1024;
/** What waits at most, so that an unreachable AWS costs a bounded amount of memory. */
const waitingLimit = { events: 2000, bytes: 512 * 1024 };

export interface LogStreamParts {
  readonly logs: CloudWatchLogsClient;
  readonly clock: Clock;
  readonly group: string;
  readonly stream: string;
}

/** How many of the waiting events go into the next batch. */
export function batchSize(events: readonly InputLogEvent[]): number {
  const first = events[0]?.timestamp ?? 0;
  let bytes = 0;
  for (const [index, { message = '', timestamp = 0 }] of events.entries()) {
    bytes += Buffer.byteLength(message) + batchLimits.eventOverheadBytes;
    const isFull = index >= batchLimits.events || bytes > batchLimits.bytes;
    if (isFull || timestamp - first >= batchLimits.spanMilliseconds) return index;
  }
  return events.length;
}

export class LogStream {
  readonly #parts: LogStreamParts;
  #waiting: InputLogEvent[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #failures = 0;
  #notBefore = 0;
  #isSending = false;

  constructor(parts: LogStreamParts) {
    this.#parts = parts;
  }

  /** No room: whoever can wait (a file) should. */
  get isFull(): boolean {
    return this.#waiting.length >= waitingLimit.events || this.#waitingBytes >= waitingLimit.bytes;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Takes a line; when there is no room the oldest goes, and the log says so. */
  write(text: string, at = this.#parts.clock.now()): void {
    const message = text.length > longestMessageBytes ? `${text.slice(0, longestMessageBytes)}…` : text;
    if (message.trim() === '') return;
    while (this.isFull) {
      const gone = this.#waiting.shift();
      if (!gone) break;
      this.#waitingBytes -= gone.message?.length ?? 0;
      this.#dropped++;
    }
    // Batches must be in order of time, and a clock may be set back.
    const timestamp = Math.max(at, this.#waiting.at(-1)?.timestamp ?? 0);
    this.#waiting.push({ timestamp, message });
    this.#waitingBytes += message.length;
  }

  /** Sends what waits. Resolves to the problem, if there is one; what was not sent waits on. */
  async flush(): Promise<string | undefined> {
    const { clock } = this.#parts;
    if (this.#isSending || clock.now() < this.#notBefore) return undefined;
    this.#isSending = true;
    try {
      while (this.#waiting.length > 0) await this.#sendBatch();
      this.#failures = 0;
      return undefined;
    } catch (error) {
      this.#notBefore = clock.now() + backOffDelay(++this.#failures, awsBackOff);
      return (error as Error).message || (error as Error).name;
    } finally {
      this.#isSending = false;
    }
  }

  async #sendBatch(): Promise<void> {
    if (this.#dropped > 0) {
      const message = `(${this.#dropped} lines were dropped: CloudWatch Logs could not be reached)`;
      this.#waiting.unshift({ timestamp: this.#waiting[0]?.timestamp ?? this.#parts.clock.now(), message });
      this.#dropped = 0;
    }
    const batch = this.#waiting.slice(0, batchSize(this.#waiting));
    await this.#put(batch);
    // While it was under way the oldest may have been dropped for newer ones.
    const sent = new Set(batch);
    this.#waiting = this.#waiting.filter((event) => !sent.has(event));
    this.#waitingBytes = this.#waiting.reduce((sum, { message = '' }) => sum + message.length, 0);
  }

  async #put(logEvents: InputLogEvent[]): Promise<void> {
    const { logs, group, stream } = this.#parts;
    const where = { logGroupName: group, logStreamName: stream };
    try {
      await logs.send(new PutLogEventsCommand({ ...where, logEvents }));
    } catch (error) {
      if ((error as Error).name !== 'ResourceNotFoundException') throw error;
      await logs.send(new CreateLogStreamCommand(where)).catch((problem: unknown) => {
        if ((problem as Error).name !== 'ResourceAlreadyExistsException') throw problem;
      });
      await logs.send(new PutLogEventsCommand({ ...where, logEvents }));
    }
  }
}
