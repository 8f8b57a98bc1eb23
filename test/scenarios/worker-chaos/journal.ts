import { globSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** One delivery of a message to an application, as that has written it down. */
export interface Job {
  readonly messageId: string;
  readonly number: number;
  readonly instance: string;
  readonly begunAt: number;
  /** Undefined: it was cut, or is still under way. */
  readonly endedAt: number | undefined;
}

/** What was killed by force: everything that ran on an instance, or one process of it. */
export interface Kill {
  /** Undefined: all of them. */
  readonly instance: string | undefined;
  readonly from: number;
  readonly until: number;
}

/**
 * How long, on a busy machine, a job may be under way beyond what its application writes down: before it begins, when
 * the request waits in the application's socket; after its end, until the answer has arrived and its message is deleted.
 */
const underWayMilliseconds = 2000;

/** A worker daemon had written down on its instance that a message is handled. */
export interface Note {
  readonly instance: string;
  /** When the note was seen. */
  readonly at: number;
}

/** The journals of all processes, on a file system that outlives them. */
export class Journal {
  readonly #pattern: string;

  constructor(filesFolder: string) {
    this.#pattern = join(filesFolder, '**', '*.journal');
  }

  /** About how many jobs have begun or ended; fast. */
  get lines(): number {
    const bytes = globSync(this.#pattern).reduce((sum, file) => sum + statSync(file).size, 0);
    return Math.floor(bytes / bytesPerLine);
  }

  get jobs(): Job[] {
    return globSync(this.#pattern).flatMap((file) => jobsOf(basename(file), readFileSync(file, 'utf8')));
  }
}

/** `begin <36 characters> <about 5> <13>` and `end …`, on the average. */
const bytesPerLine = 62;

function jobsOf(name: string, text: string): Job[] {
  const [instance = ''] = name.split('.');
  // Of one message there may be several under way in a process; they take equally long and so end as they began.
  const underWay = new Map<string, Job[]>();
  const ended: Job[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const [what = '', messageId = '', number = '', at = ''] = line.split(' ');
    const ofMessage = underWay.get(messageId) ?? [];
    if (what === 'begin')
      ofMessage.push({
        messageId,
        number: Number(number),
        instance,
        begunAt: Number(at),
        endedAt: undefined,
      });
    else {
      const first = ofMessage.shift();
      if (first) ended.push({ ...first, endedAt: Number(at) });
    }
    underWay.set(messageId, ofMessage);
  }
  return [...ended, ...[...underWay.values()].flat()];
}

/** Deliveries that were followed by another one, in order. */
export const repeated = (jobs: readonly Job[]): Job[] =>
  [...Map.groupBy(jobs, ({ messageId }) => messageId).values()].flatMap((deliveries) =>
    deliveries.toSorted((left, right) => left.begunAt - right.begunAt).slice(0, -1),
  );

/** Whether a job was in flight when its process, its worker daemon or its whole instance was killed. */
export const wasInFlight = (
  { instance, begunAt, endedAt = Infinity }: Job,
  { instance: killed, from, until }: Kill,
): boolean =>
  (killed === undefined || killed === instance) &&
  begunAt - underWayMilliseconds <= until &&
  endedAt + underWayMilliseconds >= from;

/** Jobs that began although a worker daemon had noted before that their message is handled. */
export const begunAfterwards = (jobs: readonly Job[], handled: ReadonlyMap<string, Note>): Job[] =>
  jobs.filter(({ messageId, begunAt }) => begunAt > (handled.get(messageId)?.at ?? Infinity));
