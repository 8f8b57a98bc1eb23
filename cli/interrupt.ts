import { InterruptedError } from './errors.ts';

/** npm and the launcher pass on a Ctrl-C that the terminal has sent here as well: so close together they are one. */
const sameKeyMilliseconds = 300;

export interface Interrupt {
  /** Aborted by the first Ctrl-C (or SIGTERM, SIGHUP). */
  readonly signal: AbortSignal;
  /** Told once per key press; the second one leaves. */
  press(at: number): void;
}

/** First Ctrl-C: abort what runs, which then rolls back. Second: leave at once. */
export function createInterrupt(leave: () => void): Interrupt {
  const controller = new AbortController();
  let last = Number.NEGATIVE_INFINITY;
  return {
    signal: controller.signal,
    press(at) {
      const sameKey = at - last < sameKeyMilliseconds;
      last = at;
      if (sameKey) return;
      if (controller.signal.aborted) leave();
      else controller.abort(new InterruptedError());
    },
  };
}

export function listenToSignals(interrupt: Interrupt): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      interrupt.press(Date.now());
    });
}
