/** EC2 takes spot instances back: it gives notice in the instance's metadata, two minutes ahead. */
import { retrying } from './back-off.ts';
import type { Clock } from './clock.ts';
import type { SendErrand } from './errands/contract.ts';

/** Resolves with the moment at which the instance ends, once that is announced; never for one on demand. */
export type Interruption = (signal: AbortSignal) => Promise<number>;

interface Metadata {
  /** `spot` or `on-demand`. */
  readonly lifeCycle: () => Promise<string | undefined>;
  /** `spot/instance-action`, JSON; undefined: nothing is announced. */
  readonly action: () => Promise<string | undefined>;
}

/** What AWS recommends. */
const lookEveryMilliseconds = 5000;

export const watchInterruption =
  (clock: Clock, { lifeCycle, action }: Metadata): Interruption =>
  async (signal) => {
    for (;;) {
      const kind = await lifeCycle().catch(() => undefined);
      if (kind === 'on-demand') return never(signal);
      const endsAt = kind === 'spot' ? momentIn(await action().catch(() => undefined)) : undefined;
      if (endsAt !== undefined) return endsAt;
      await clock.sleep(lookEveryMilliseconds, signal);
    }
  };

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });

/** Pure: the time of `{"action":"terminate","time":"2026-01-01T00:02:00Z"}`; undefined: it says none. */
export function momentIn(text: string | undefined): number | undefined {
  try {
    const moment = Date.parse((JSON.parse(text ?? 'null') as { time: string } | null)?.time ?? '');
    return Number.isNaN(moment) ? undefined : moment;
  } catch {
    return undefined;
  }
}

export interface LeavingParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly instanceId: string;
  readonly interruption: Interruption;
  readonly errand: SendErrand;
  readonly say: (line: string) => void;
}

/**
 * Asks Auto Scaling at the notice to take the instance out: requests are sent elsewhere while there is time, the
 * termination hook lets jobs finish, and the successor starts at once. Auto Scaling by itself would wait for the end.
 */
export async function leaveWhenInterrupted(parts: LeavingParts): Promise<void> {
  const { clock, signal, instanceId, interruption, errand, say } = parts;
  const endsAt = await interruption(signal);
  const seconds = Math.max(0, Math.round((endsAt - clock.now()) / 1000));
  say(`EC2 takes this spot instance back in ${seconds} s; Auto Scaling is asked to take it out before.`);
  await retrying(() => errand('leave', { instanceId }), {
    clock,
    signal,
    onFailure: (error, delay) => {
      say(`Leaving the group: ${error.message} Again in ${delay / 1000} s.`);
    },
  });
}
