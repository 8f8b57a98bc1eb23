import path from 'node:path';
import { readFile, rm } from 'node:fs/promises';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { logGroup, type EnvironmentName, type LogKind } from '../../model/names.ts';
import { writeAtomically } from '../atomic-file.ts';
import type { Clock } from '../clock.ts';
import { LogStream } from './stream.ts';
import { Tail } from './tail.ts';

const shipEveryMilliseconds = 1000;
/** A log file that was shipped so far is cut when it has grown to this. */
const shortenAtBytes = 16 * 1024 * 1024;

export interface ShipperParts {
  readonly logs: CloudWatchLogsClient;
  readonly clock: Clock;
  readonly name: EnvironmentName;
  readonly instanceId: string;
  /** Remembers how far each file was shipped. */
  readonly positionsFile: string;
  readonly onProblem: (problem: string | undefined) => void;
}

interface Followed {
  readonly tail: Tail;
  readonly stream: LogStream;
  /** The file gets no more lines: forgotten when it is shipped. */
  isEnded: boolean;
}

/** Ships log files and the agent's own lines to the environment's log groups. */
export class LogShipper {
  readonly #parts: ShipperParts;
  readonly #streams = new Map<string, LogStream>();
  readonly #followed = new Map<string, Followed>();
  #positions: Record<string, number> = {};

  private constructor(parts: ShipperParts, positions: Record<string, number>) {
    this.#parts = parts;
    this.#positions = positions;
  }

  static async open(parts: ShipperParts): Promise<LogShipper> {
    return new LogShipper(parts, await readPositions(parts.positionsFile));
  }

  /** The stream of a kind: `<instance>`, or `<instance>/<part>` where one instance has several. */
  stream(kind: LogKind, part?: string): LogStream {
    const { logs, clock, name, instanceId } = this.#parts;
    const stream = part === undefined ? instanceId : `${instanceId}/${part}`;
    const key = `${kind} ${stream}`;
    const known = this.#streams.get(key);
    if (known) return known;
    const made = new LogStream({ logs, clock, group: logGroup(name, kind), stream });
    this.#streams.set(key, made);
    return made;
  }

  /** Ships a file from where the last agent left off. */
  follow(file: string, kind: LogKind, part: string): void {
    if (this.#followed.has(file)) return;
    const tail = new Tail(file, this.#positions[file] ?? 0);
    this.#followed.set(file, { tail, stream: this.stream(kind, part), isEnded: false });
  }

  /** The writer is gone: ships the rest and removes the file. */
  unfollow(file: string): void {
    const followed = this.#followed.get(file);
    if (followed) followed.isEnded = true;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.ship();
      await this.#parts.clock.sleep(shipEveryMilliseconds, signal).catch(() => undefined);
    }
    await this.ship();
  }

  /** One round: reads, sends, remembers. */
  async ship(): Promise<void> {
    for (const followed of this.#followed.values()) await this.#read(followed);
    const problems = await Promise.all([...this.#streams.values()].map((stream) => stream.flush()));
    this.#parts.onProblem(problems.find((problem) => problem !== undefined));
    await this.#remember();
  }

  async #read({ tail, stream, isEnded }: Followed): Promise<void> {
    const size = await tail
      .read(
        (line) => {
          stream.write(line);
        },
        () => !stream.isFull,
      )
      .catch(() => 0);
    if (size > shortenAtBytes && tail.position > shortenAtBytes / 2)
      await tail.shorten().catch(() => undefined);
    if (!isEnded || tail.position < size || !stream.isEmpty) return;
    this.#followed.delete(tail.file);
    await rm(tail.file, { force: true });
  }

  /** Only of files whose lines have all been sent: a crash ships lines twice rather than never. */
  async #remember(): Promise<void> {
    const positions: Record<string, number> = {};
    for (const { tail, stream } of this.#followed.values())
      positions[tail.file] = stream.isEmpty ? tail.position : (this.#positions[tail.file] ?? 0);
    if (JSON.stringify(positions) === JSON.stringify(this.#positions)) return;
    this.#positions = positions;
    await writeAtomically(this.#parts.positionsFile, JSON.stringify(positions)).catch(() => undefined);
  }
}

async function readPositions(file: string): Promise<Record<string, number>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}

/** The log of one process of one deployment. */
export const processLog = (folder: string, name: string, deployment: number): string =>
  path.join(folder, 'application', `${name}.${deployment}.log`);
