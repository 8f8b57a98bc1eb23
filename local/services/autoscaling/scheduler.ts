import { Cron } from 'croner';
import { AwsError } from '../../endpoint/service.ts';
import { checkBounds, setDesired, type AutoScalingContext } from './context.ts';
import { invalid } from './errors.ts';
import { scheduledKey, type GroupRow, type ScheduledRow } from './state.ts';

/** Runs scheduled actions when they are due. */
export interface Scheduler {
  /** Something about the actions changed. */
  look(): void;
  stop(): void;
}

/** Timers do not reach further than some weeks; it is looked again long before. */
const longestWait = 3600 * 1000;

/** Throws AWS's refusal of a recurrence that is no cron expression of five fields, or of an unknown time zone. */
export function checkRecurrence(recurrence: string | undefined, timeZone: string | undefined): void {
  if (recurrence === undefined) {
    if (timeZone !== undefined) throw invalid('TimeZone is only valid with Recurrence.');
    return;
  }
  if (recurrence.trim().split(/\s+/).length !== 5)
    throw invalid(`Given recurrence string: ${recurrence} is invalid`);
  try {
    new Cron(recurrence, { timezone: timeZone ?? 'Etc/UTC', paused: true }).nextRun(new Date(0));
  } catch {
    throw invalid(`Given recurrence string: ${recurrence} or time zone: ${timeZone ?? 'UTC'} is invalid`);
  }
}

/** When an action runs next after `now`; undefined: never again. */
export function nextRun(row: ScheduledRow, now: number): number | undefined {
  if (row.recurrence === undefined)
    return row.startsAt !== undefined && row.startsAt >= now ? row.startsAt : undefined;
  const from = Math.max(now, (row.startsAt ?? 0) - 1);
  const cron = new Cron(row.recurrence, { timezone: row.timeZone ?? 'Etc/UTC', paused: true });
  const next = cron.nextRun(new Date(from))?.getTime();
  return next !== undefined && next <= (row.endsAt ?? Infinity) ? next : undefined;
}

/** What fell due while the cloud was down runs once when it is up again. */
export function scheduler(context: AutoScalingContext): Scheduler {
  const { state, parts, activities, reconciler } = context;
  let cancel: (() => void) | undefined;

  function look(): void {
    cancel?.();
    const now = parts.clock.now();
    for (const row of [...state.scheduled.values()]) if ((row.nextAt ?? Infinity) <= now) run(row, now);
    const next = Math.min(...[...state.scheduled.values()].map(({ nextAt }) => nextAt ?? Infinity));
    cancel = Number.isFinite(next) ? parts.clock.after(Math.min(longestWait, next - now), look) : undefined;
  }

  function run(row: ScheduledRow, now: number): void {
    const key = scheduledKey(row.groupName, row.name);
    const nextAt = row.recurrence === undefined ? undefined : nextRun(row, now);
    // An action that will not run again is forgotten, as on AWS.
    if (nextAt === undefined) state.scheduled.delete(key);
    else state.scheduled.set(key, { ...row, nextAt });
    const group = state.groups.get(row.groupName);
    if (group && !group.isDeleting && !group.suspended.includes('ScheduledActions')) resize(group, row);
  }

  function resize(group: GroupRow, row: ScheduledRow): void {
    const minSize = row.minSize ?? group.minSize;
    const maxSize = row.maxSize ?? group.maxSize;
    const desired = row.desiredCapacity ?? Math.min(Math.max(group.desiredCapacity, minSize), maxSize);
    const who = `a scheduled action update of AutoScalingGroup constraints to min: ${minSize}, max: ${maxSize}, desired: ${desired}`;
    try {
      checkBounds(minSize, maxSize, desired);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const description = `Executing scheduled action ${row.name}`;
      const { id } = activities.begin(group, description, activities.at(who), '');
      activities.end(id, 'Failed', error.message);
      return;
    }
    setDesired(context, { ...group, minSize, maxSize }, desired, who);
    void reconciler.poke(group.name);
  }

  return {
    look,
    stop() {
      cancel?.();
    },
  };
}
