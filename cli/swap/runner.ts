import type { SwapRecord } from '../../model/schemas.ts';
import type { Clock } from '../clock.ts';
import { abortedBy, interruptedBy, reasonOf } from '../deploy/runner.ts';
import { StepFailedError, type EventLog } from '../deploy/run.ts';
import { InterruptedError, UserError } from '../errors.ts';
import type { Board } from '../ui/board.ts';
import { isSwapReturning, type SwapJournal } from './journal.ts';
import type { Names } from './names.ts';

/** One swap under way, and all that its steps may touch. */
export interface SwapRun {
  readonly journal: SwapJournal;
  readonly names: Names;
  /** Why an environment should not be where it is: one sentence for each that is unhealthy. */
  readonly ailments: () => Promise<readonly string[]>;
  readonly events: EventLog;
  /** Aborted when a lock is lost. */
  readonly lost: AbortSignal;
  readonly clock: Clock;
  readonly board: Board;
}

type Step = SwapRecord['steps'][number];

const lookEveryMilliseconds = 1000;

/** `swap 3 of prod/web and prod/next`. */
export const swapTitle = ({ number, stack, environments: [one, other] }: SwapRecord): string =>
  `swap ${number} of ${stack}/${one} and ${stack}/${other}`;

/** Advances the record to its end: through its steps, or back when one fails or somebody ends it. */
export async function runSwap(run: SwapRun, interrupt: AbortSignal, user: string): Promise<SwapRecord> {
  if (!isSwapReturning(run.journal.record)) {
    try {
      await performSteps(run, AbortSignal.any([interrupt, run.lost]));
      return await finish(run, 'Succeeded');
    } catch (error) {
      if (run.lost.aborted) throw run.lost.reason;
      if (error instanceof UserError && !(error instanceof InterruptedError)) throw error;
      await turnSwapBack(
        run,
        error instanceof InterruptedError ? `${interruptedBy}${user}` : reasonOf(error),
      );
    }
  }
  return goBack(run);
}

export async function turnSwapBack({ journal, events, board }: SwapRun, reason: string): Promise<void> {
  await journal.turnBack(reason);
  const sentence = `${swapTitle(journal.record)} goes back: ${reason}.`;
  events.write({ severity: 'ERROR', message: sentence });
  board.line(sentence);
}

async function goBack(run: SwapRun): Promise<SwapRecord> {
  const { reason = '' } = run.journal.record;
  try {
    await performSteps(run, run.lost);
  } catch (error) {
    if (run.lost.aborted) throw run.lost.reason;
    // AWS does not answer, or the like: nothing is decided, and the next command goes on with the way back.
    if (!(error instanceof StepFailedError)) throw error;
    return finish(run, 'RollbackFailed', `${reason}; then, on the way back: ${error.message}`);
  }
  const byPerson = reason.startsWith(interruptedBy) || reason.startsWith(abortedBy);
  return finish(run, byPerson ? 'Aborted' : 'RolledBack');
}

/** Steps that are still to be done, each recorded before it begins. */
async function performSteps(run: SwapRun, signal: AbortSignal): Promise<void> {
  for (const { id, sentence } of openSteps(run.journal.record)) {
    signal.throwIfAborted();
    await run.journal.begin(id);
    run.events.write({ severity: 'INFO', message: sentence });
    run.board.row(id, sentence, 'running', deadlineOf(run.journal.record, id));
    await perform(run, id, signal).catch((error: unknown) => {
      run.board.row(id, sentence, 'failed');
      throw error;
    });
    await run.journal.done(id);
    run.board.row(id, sentence, 'done');
  }
}

const openSteps = (record: SwapRecord): Step[] =>
  record.steps.filter(
    ({ id, status }) =>
      (status === 'Pending' || status === 'InProgress') &&
      (id === 'return-exchange') === isSwapReturning(record),
  );

function perform(run: SwapRun, id: Step['id'], signal: AbortSignal): Promise<void> {
  const { names } = run.journal.record;
  if (id === 'watch') return watch(run, signal);
  const isBack = id === 'return-exchange';
  const changes = names.map(({ name, before, after }) =>
    isBack ? { name, from: after, to: before } : { name, from: before, to: after },
  );
  return run.names.change(changes, signal);
}

/** The first environment that becomes unhealthy ends it. */
async function watch({ journal: { record }, ailments, clock }: SwapRun, signal: AbortSignal): Promise<void> {
  const end = deadlineOf(record, 'watch') ?? clock.now();
  for (;;) {
    const [ailment] = record.ignoreHealthCheck ? [] : await ailments();
    if (ailment !== undefined) throw new StepFailedError(ailment);
    const left = end - clock.now();
    if (left <= 0) return;
    await clock.sleep(Math.min(lookEveryMilliseconds, left), signal);
  }
}

/** Of the time to watch; a runner that takes over does not begin from the start. */
function deadlineOf({ steps, watchSeconds }: SwapRecord, id: Step['id']): number | undefined {
  const startedAt = id === 'watch' ? steps.find((step) => step.id === id)?.startedAt : undefined;
  return startedAt === undefined ? undefined : Date.parse(startedAt) + watchSeconds * 1000;
}

async function finish(run: SwapRun, status: SwapRecord['status'], reason?: string): Promise<SwapRecord> {
  await run.journal.end(status, reason);
  const { record } = run.journal;
  const severity = status === 'Succeeded' ? 'INFO' : 'ERROR';
  run.events.write({ severity, message: `${swapTitle(record)}: ${status}.` });
  return record;
}
