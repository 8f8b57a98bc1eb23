import type { Clock } from '../clock.ts';

export interface Drain {
  readonly clock: Clock;
  /** Connections under way of the old process. */
  readonly openConnections: () => Promise<number>;
  readonly timeoutMilliseconds: number;
}

const pauseMilliseconds = 100;
/** One look may come between two packets of a connection that the old rule still redirected. */
const quietLooks = 2;

/**
 * Waits until the old process has no request under way any more, so that SIGTERM loses none, whatever the
 * application makes of it. False: the time is over and connections (web sockets, say) are still open.
 */
export async function drained({ clock, openConnections, timeoutMilliseconds }: Drain): Promise<boolean> {
  const deadline = clock.now() + timeoutMilliseconds;
  for (let quiet = 0; ;) {
    quiet = (await openConnections()) === 0 ? quiet + 1 : 0;
    if (quiet >= quietLooks) return true;
    if (clock.now() >= deadline) return false;
    await clock.sleep(pauseMilliseconds);
  }
}
