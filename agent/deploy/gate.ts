import type { Clock } from '../clock.ts';
import type { ProbeAnswer } from '../health/probe.ts';

export interface Gate {
  readonly clock: Clock;
  readonly probe: () => Promise<ProbeAnswer>;
  /** Settles as soon as waiting is pointless, with the reason. */
  readonly ended: Promise<string>;
  readonly healthCheckPath: string;
  readonly port: number;
  readonly startTimeoutMilliseconds: number;
  readonly signal: AbortSignal;
}

/** Good checks in a row before a process takes over. */
export const goodChecks = 2;
const firstPauseMilliseconds = 25;
/** So the pauses come to about a tenth of the time that has passed, which is what a start can be noticed late by. */
const growth = 1.1;
const longestPauseMilliseconds = 500;
const pauseBetweenGoodMilliseconds = 100;

/** Waits until the new processes are healthy; undefined when they are, else the reason why they are not. */
export async function passGate(gate: Gate): Promise<string | undefined> {
  const outcome: { reason?: string } = {};
  const ended = gate.ended.then((reason) => (outcome.reason = reason));
  const deadline = gate.clock.now() + gate.startTimeoutMilliseconds;
  let pause = firstPauseMilliseconds;
  for (let good = 0; good < goodChecks;) {
    const answer = await Promise.race([gate.probe(), ended]);
    if (typeof answer === 'string') return answer;
    if (outcome.reason !== undefined) return outcome.reason;
    if (gate.signal.aborted) return (gate.signal.reason as Error).message;
    good = answer.status === 200 ? good + 1 : 0;
    // The time runs to the first good check; the second one confirms it.
    if (good === 0 && gate.clock.now() >= deadline) return explain(gate, answer);
    if (good === goodChecks) break;
    await Promise.race([gate.clock.sleep(good > 0 ? pauseBetweenGoodMilliseconds : pause), ended]);
    pause = Math.min(longestPauseMilliseconds, pause * growth);
  }
  return undefined;
}

function explain({ healthCheckPath, port, startTimeoutMilliseconds }: Gate, answer: ProbeAnswer): string {
  const seconds = Math.round(startTimeoutMilliseconds / 1000);
  const found =
    answer.status !== undefined
      ? `it answered ${answer.status}`
      : `it did not answer (${answer.problem ?? 'no reason'}); the process must listen on the port in PORT, here ${port}`;
  return `the health check ${healthCheckPath} did not pass within ${seconds} s: ${found}`;
}
