import type { Clock } from '../clock.ts';
import { isCalm, tally, type Tally } from './tally.ts';
import { startLoad, type Load } from './load.ts';

/** Something that goes down on purpose. */
export interface Fault {
  /** As a sentence: `zone eu-central-1a goes down`. */
  readonly sentence: string;
  begin(): Promise<void>;
  /** Brings back what does not come back by itself. */
  end?(): Promise<void>;
  /** Why what was taken down is not replaced yet; undefined when it is. */
  missing(): Promise<string | undefined>;
}

/** Something that has to be whole again. */
export interface Part {
  readonly name: string;
  /** What it lacks, in words; undefined: nothing. */
  readonly lacks: () => Promise<string | undefined>;
}

export interface DrillOptions {
  readonly fault: Fault;
  readonly parts: readonly Part[];
  readonly url: string;
  readonly perSecond: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly deadlineMilliseconds: number;
  readonly say: (line: string) => void;
  readonly load?: (options: Parameters<typeof startLoad>[0]) => Load;
}

export interface Drill extends Tally {
  readonly fault: string;
  /** Seconds from the fault until nothing was missing and no request failed; null when the deadline came first. */
  readonly secondsUntilWhole: number | null;
  /** What was still missing then. */
  readonly missing: readonly string[];
}

const calmMilliseconds = 2000;
const pollMilliseconds = 250;

/** Takes a part down under load and watches until everything is whole again. */
export async function runDrill(options: DrillOptions): Promise<Drill> {
  const { fault, clock, signal, say, url, perSecond } = options;
  const load = (options.load ?? startLoad)({ url, perSecond, clock });
  let begun = false;
  try {
    await untilCalm(load, options);
    const faultAt = clock.now();
    say(`${fault.sentence} (${perSecond} requests per second to ${url})`);
    begun = true;
    await fault.begin();
    const { wholeSince, missing } = await watch(load, faultAt, options);
    await load.stop();
    const counts = tally(load.samples, faultAt);
    const wholeAfter = Math.max(wholeSince - faultAt, counts.lastFailure ?? 0);
    return {
      fault: fault.sentence,
      ...counts,
      secondsUntilWhole: missing.length === 0 ? wholeAfter / 1000 : null,
      missing,
    };
  } finally {
    await load.stop();
    if (begun) await fault.end?.();
    signal.throwIfAborted();
  }
}

/** A drill on a site that fails already would prove nothing. */
async function untilCalm(load: Load, { clock, signal, deadlineMilliseconds }: DrillOptions): Promise<void> {
  const deadline = clock.now() + Math.min(deadlineMilliseconds, 30_000);
  await clock.sleep(calmMilliseconds, signal);
  while (!isCalm(load.samples, clock.now(), calmMilliseconds)) {
    if (clock.now() > deadline) throw new NotCalmError(load.samples.find(({ failure }) => failure)?.failure);
    await clock.sleep(pollMilliseconds, signal);
  }
}

export class NotCalmError extends Error {
  constructor(failure: string | undefined) {
    super(failure ?? 'no answer');
  }
}

interface Watched {
  /** Since when nothing was missing any more. */
  readonly wholeSince: number;
  /** What the deadline found. */
  readonly missing: readonly string[];
}

async function watch(load: Load, faultAt: number, options: DrillOptions): Promise<Watched> {
  const { clock, signal, deadlineMilliseconds, say } = options;
  let before: readonly string[] = [];
  let wholeSince = faultAt;
  for (;;) {
    const missing = await whatIsMissing(options);
    const now = clock.now();
    const since = `${((now - faultAt) / 1000).toFixed(1).padStart(6)} s`;
    for (const line of missing) if (!before.includes(line)) say(`${since}  ${line}`);
    for (const line of before) if (!missing.includes(line)) say(`${since}  no longer: ${line}`);
    if (missing.length > 0) wholeSince = now;
    else if (now - faultAt >= calmMilliseconds && isCalm(load.samples, now, calmMilliseconds))
      return { wholeSince, missing };
    if (now - faultAt > deadlineMilliseconds)
      return { wholeSince, missing: missing.length > 0 ? missing : ['requests still fail'] };
    before = missing;
    await clock.sleep(pollMilliseconds, signal);
  }
}

async function whatIsMissing({ fault, parts }: DrillOptions): Promise<string[]> {
  const found = await Promise.all([
    fault.missing(),
    ...parts.map(async ({ name, lacks }) => {
      const what = await lacks();
      return what === undefined ? undefined : `${name} ${what}`;
    }),
  ]);
  return found.filter((line) => line !== undefined);
}
