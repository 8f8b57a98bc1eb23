/** What the scheduler does next. Pure. */
import type { CronRun, CronSchedule, CronTask } from '../../model/schemas.ts';
import type { Due } from '../errands/contract.ts';

export interface Moment {
  readonly tasks: readonly CronTask[];
  /** In order; later ones than now are left for later. */
  readonly due: readonly Due[];
  readonly now: number;
  readonly me: string;
  /** A run without an end is given up after this long: its message is gone. */
  readonly retentionMilliseconds: number;
}

/** A run that starts later than this after its due time was missed. */
const onTimeMilliseconds = 30_000;
const endedRunsPerTask = 20;

/** Claims what is due, by each task's policy. What is claimed afterwards is to be sent. */
export function advance(schedule: CronSchedule, moment: Moment): CronSchedule {
  const { tasks, now } = moment;
  let runs = schedule.runs.map((run) => takeUp(run, moment));
  const considered: Record<string, string> = {};
  for (const task of tasks) {
    const since = schedule.considered[task.name] ?? new Date(now).toISOString();
    const due = moment.due
      .filter(({ task: name, at }) => name === task.name && at > since && Date.parse(at) <= now)
      .map(({ at }) => at);
    considered[task.name] = due.at(-1) ?? since;
    for (const run of newRuns(task, due, moment)) runs.push(withoutOverlap(task, run, runs, moment));
  }
  runs = forgetOld(runs);
  return { ...schedule, tasks: [...tasks], considered, runs };
}

/** Somebody asks for a run, or has claimed one and not said that it was sent: the catch-up policy decides. */
function takeUp(run: CronRun, { tasks, me, now }: Moment): CronRun {
  if (run.state === 'Requested') return { ...run, state: 'Claimed' };
  if (run.state !== 'Claimed') return run;
  const policy = tasks.find(({ name }) => name === run.task)?.catchUp ?? 'none';
  if (policy !== 'none') return { ...run, by: run.trigger === 'Manual' ? run.by : me };
  return ended(run, 'Missed', 'its scheduler ended before it was surely sent', now);
}

function newRuns(task: CronTask, due: readonly string[], { now, me }: Moment): CronRun[] {
  const run = (dueAt: string, trigger: CronRun['trigger']): CronRun => ({
    task: task.name,
    dueAt,
    trigger,
    state: 'Claimed',
    by: me,
  });
  const last = due.at(-1);
  if (last === undefined) return [];
  const isOnTime = now - Date.parse(last) <= onTimeMilliseconds;
  const missed = isOnTime ? due.slice(0, -1) : due;
  const current = isOnTime ? [run(last, 'Schedule')] : [];
  if (task.catchUp === 'all') return [...missed.map((at) => run(at, 'CatchUp')), ...current];
  const makesUp = task.catchUp === 'latest' && !isOnTime;
  const lost = (makesUp ? missed.slice(0, -1) : missed).map((at) =>
    ended(run(at, 'Schedule'), 'Missed', 'nobody scheduled at that time', now),
  );
  return [...lost, ...(makesUp ? [run(last, 'CatchUp')] : current)];
}

function withoutOverlap(
  { overlap }: CronTask,
  run: CronRun,
  runs: readonly CronRun[],
  { now, retentionMilliseconds }: Moment,
): CronRun {
  if (overlap || run.state !== 'Claimed') return run;
  const before = runs.find(
    ({ task, state, dueAt }) =>
      task === run.task &&
      (state === 'Claimed' || state === 'Sent') &&
      now - Date.parse(dueAt) < retentionMilliseconds,
  );
  return before ? ended(run, 'Skipped', `the run of ${before.dueAt} goes on`, now) : run;
}

const ended = (run: CronRun, state: CronRun['state'], reason: string, now: number): CronRun => ({
  ...run,
  state,
  reason,
  endedAt: new Date(now).toISOString(),
});

const isOpen = ({ state }: CronRun) => state === 'Requested' || state === 'Claimed' || state === 'Sent';

/** Keeps what has not ended, and of each task the newest that have. */
function forgetOld(runs: readonly CronRun[]): CronRun[] {
  return runs.filter((run, index) => {
    const later = runs.slice(index + 1).filter((other) => other.task === run.task);
    return later.length < (isOpen(run) ? 200 : endedRunsPerTask);
  });
}

/** A run with what became of it. */
export function changeRun(
  schedule: CronSchedule,
  which: Pick<CronRun, 'task' | 'dueAt'>,
  change: Partial<CronRun>,
): CronSchedule {
  const isIt = ({ task, dueAt, state }: CronRun) =>
    task === which.task &&
    Date.parse(dueAt) === Date.parse(which.dueAt) &&
    // A second delivery of a run that has ended changes nothing.
    (state === 'Claimed' || state === 'Sent');
  return { ...schedule, runs: schedule.runs.map((run) => (isIt(run) ? { ...run, ...change } : run)) };
}
