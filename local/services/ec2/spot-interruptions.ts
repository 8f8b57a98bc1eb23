import type { SpotRisk } from '../parts.ts';
import type { Ec2Context } from './context.ts';
import { interruption } from './spot.ts';
import type { SpotRow } from './state.ts';

/** From the notice to the end of the instance, as on AWS. */
const noticeMilliseconds = 120_000;

/** Takes spot instances back: a rebalance recommendation, a notice two minutes ahead, then the end. */
export class SpotInterruptions {
  readonly #context: Ec2Context;
  readonly #timers = new Map<string, () => void>();

  constructor(context: Ec2Context) {
    this.#context = context;
  }

  /** Goes on with interruptions that were announced before the cloud was started. */
  start(): void {
    for (const { id, spot } of [...this.#context.state.instances.values()])
      if (spot?.noticeAt !== undefined) this.#look(id);
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel();
  }

  /** False: it is no spot instance that runs. An announced interruption stays as it is. */
  begin(id: string, noticeAfterSeconds: number): boolean {
    const { state, parts } = this.#context;
    const row = state.instances.get(id);
    if (row?.state !== 'running' || !row.spot) return false;
    if (row.spot.noticeAt !== undefined) return true;
    const now = parts.clock.now();
    const spot = { ...row.spot, recommendedAt: now, noticeAt: now + noticeAfterSeconds * 1000 };
    state.instances.set(id, { ...row, spot });
    this.#look(id);
    return true;
  }

  risk(id: string): SpotRisk | undefined {
    const { state, parts } = this.#context;
    const { recommendedAt, noticeAt = Infinity } = state.instances.get(id)?.spot ?? {};
    if (recommendedAt === undefined) return undefined;
    return noticeAt <= parts.clock.now() ? 'interruption' : 'rebalance';
  }

  #look(id: string): void {
    const { state, parts, lifecycle } = this.#context;
    this.#timers.delete(id);
    const row = state.instances.get(id);
    if (row?.state !== 'running' || row.spot?.noticeAt === undefined) return;
    const now = parts.clock.now();
    const endsAt = row.spot.noticeAt + noticeMilliseconds;
    if (endsAt <= now) {
      lifecycle.enter(id, 'shutting-down', {
        transitionReason: interruption.message,
        stateReason: interruption,
      });
      void lifecycle.settle(id);
      return;
    }
    lifecycle.tell(id);
    const next = row.spot.noticeAt > now ? row.spot.noticeAt : endsAt;
    this.#timers.set(
      id,
      parts.clock.after(next - now, () => {
        this.#look(id);
      }),
    );
  }
}

/** What a spot instance reads of its interruption, as soon as it is announced. */
export function interruptionPaths(spot: SpotRow | undefined, now: number): Record<string, string> {
  const { recommendedAt, noticeAt = Infinity } = spot ?? {};
  if (recommendedAt === undefined) return {};
  const recommended = {
    'events/recommendations/rebalance': JSON.stringify({ noticeTime: seconds(recommendedAt) }),
  };
  if (noticeAt > now) return recommended;
  const time = seconds(noticeAt + noticeMilliseconds);
  return {
    ...recommended,
    'spot/instance-action': JSON.stringify({ action: 'terminate', time }),
    'spot/termination-time': time,
  };
}

const seconds = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
