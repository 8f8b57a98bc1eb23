import { terminationHook } from '../../model/names.ts';
import { retrying } from '../back-off.ts';
import type { Clock } from '../clock.ts';
import type { SendErrand } from '../errands/contract.ts';
import type { Interruption } from '../interruption.ts';
import type { WorkerDaemon } from './daemon.ts';

export interface DepartureParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly instanceId: string;
  readonly graceMilliseconds: number;
  readonly targetState: () => Promise<string | undefined>;
  readonly interruption: Interruption;
  readonly errand: SendErrand;
  readonly daemon: Pick<WorkerDaemon, 'stop'>;
  readonly say: (line: string) => void;
}

const lookEveryMilliseconds = 3000;

/**
 * Waits until Auto Scaling wants the instance to go, lets its jobs finish, and says so, which ends the instance.
 * The metadata service is asked because that costs nothing.
 */
export async function departWhenTold(parts: DepartureParts): Promise<void> {
  const { clock, signal, errand, instanceId, say } = parts;
  while (!(await isToldToGo(parts))) await clock.sleep(lookEveryMilliseconds, signal);
  say('Auto Scaling takes the instance out; its jobs finish first.');
  await letJobsFinish(parts);
  const input = { instanceId, hook: terminationHook, result: 'CONTINUE' as const };
  await retrying(
    async () => {
      const { state, completed } = await errand('lifecycle', input);
      if (!completed && state?.startsWith('Terminating') === true && state !== 'Terminating:Proceed')
        throw new Error(`The instance does not wait yet, it is ${state}.`);
    },
    {
      clock,
      signal,
      onFailure: (error, delay) => {
        say(`Termination hook: ${error.message} Again in ${delay / 1000} s.`);
      },
    },
  );
  say('No job is left; the instance may end.');
}

/** Messages are given back and the hook is completed in that time before EC2 ends a spot instance. */
const reserveMilliseconds = 15_000;

/** Jobs have their whole grace period, unless EC2 announces an end that comes before. */
async function letJobsFinish({
  clock,
  signal,
  daemon,
  graceMilliseconds,
  interruption,
  say,
}: DepartureParts) {
  const ended = new AbortController();
  const stopping = daemon.stop(graceMilliseconds).finally(() => {
    ended.abort(new Error('All jobs have ended.'));
  });
  // A second stop, with less time, ends the first one, too.
  const cutting = interruption(AbortSignal.any([signal, ended.signal])).then((endsAt) => {
    const left = Math.max(0, endsAt - clock.now() - reserveMilliseconds);
    if (left >= graceMilliseconds) return stopping;
    say(
      `EC2 takes the instance back; jobs that are not done in ${Math.round(left / 1000)} s are given back.`,
    );
    return daemon.stop(left);
  });
  void cutting.catch(() => undefined);
  await stopping;
}

async function isToldToGo({ targetState }: DepartureParts): Promise<boolean> {
  const state = await targetState().catch(() => undefined);
  return state === 'Terminated' || state === 'Warmed:Terminated';
}
