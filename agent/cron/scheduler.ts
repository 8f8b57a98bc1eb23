/**
 * Sends periodic tasks when they are due. Every worker instance runs one; a lease in the bucket says whose turn
 * it is. The lease is for economy only: each due time is claimed by a conditional write before it is sent.
 */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { periodicTask } from '../../model/names.ts';
import type { CronRun, CronSchedule, CronTask } from '../../model/schemas.ts';
import type { Clock } from '../clock.ts';
import type { Due, SendErrand } from '../errands/contract.ts';
import type { TaskRun } from '../worker-daemon/request.ts';
import { advance, changeRun } from './advance.ts';
import type { ScheduleFile, Stored } from './schedule-file.ts';

export interface SchedulerParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly retentionPeriodSeconds: number;
  readonly file: Pick<ScheduleFile, 'read' | 'write'>;
  /** Tasks of the version that serves now; of none, nothing is scheduled here. */
  readonly tasks: () => readonly CronTask[];
  readonly errand: SendErrand;
  readonly me: string;
  readonly onProblem: (message: string) => void;
}

/** A scheduler that is gone is replaced after ten seconds at most. */
export const leaseMilliseconds = 10_000;
const turnMilliseconds = 3000;
const aheadMilliseconds = 10 * 60_000;
const mostAttempts = 8;

export class Scheduler {
  readonly #parts: SchedulerParts;
  #stored: Stored | undefined;
  #due: readonly Due[] = [];
  #dueUntil = 0;
  #dueOf = '';
  /** When the lease of another one runs out. */
  #freeAt = Infinity;
  #isStopping = false;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { clock, signal, onProblem } = this.#parts;
    while (!signal.aborted && !this.#isStopping) {
      try {
        await this.turn();
      } catch (error) {
        this.#stored = undefined;
        onProblem(`Periodic tasks could not be scheduled: ${(error as Error).message}`);
      }
      await clock.sleep(this.#pause(), signal);
    }
  }

  /** Gives the lease back, so that another takes over at once. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#change((schedule) =>
      schedule.holder === this.#parts.me ? { ...schedule, holder: null } : undefined,
    ).catch(() => undefined);
  }

  /** A run has come to its end, on whichever instance. */
  async ended({ name, scheduledAt }: TaskRun, failure: string | undefined): Promise<void> {
    const { clock, onProblem } = this.#parts;
    const change = {
      state: failure === undefined ? ('Succeeded' as const) : ('Failed' as const),
      endedAt: new Date(clock.now()).toISOString(),
      ...(failure !== undefined && { reason: failure }),
    };
    await this.#change((schedule) => changeRun(schedule, { task: name, dueAt: scheduledAt }, change)).catch(
      (error: unknown) => {
        onProblem(`The end of ${name} could not be recorded: ${(error as Error).message}`);
      },
    );
  }

  /** Takes the lease if it is free, keeps it if it is ours, and sends what is due. */
  async turn(): Promise<void> {
    const { clock, file, tasks: tasksNow, me } = this.#parts;
    const tasks = tasksNow();
    if (tasks.length === 0 || this.#isStopping) return;
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const now = clock.now();
      const before = (this.#stored ??= await file.read(now));
      const isMine = before.schedule.holder === me || isFree(before.schedule, now);
      this.#freeAt = isMine ? Infinity : Date.parse(before.schedule.expiresAt);
      if (!isMine) {
        this.#stored = undefined;
        return;
      }
      await this.#learnDue(tasks, before.schedule);
      const next = this.#claim(before.schedule, tasks);
      const written = next === before.schedule ? before : await file.write(next, before.etag);
      this.#stored = written;
      if (written) return this.#sendClaimed(written.schedule);
    }
  }

  /** The schedule with everything claimed that is due; the same one if nothing has changed. */
  #claim(schedule: CronSchedule, tasks: readonly CronTask[]): CronSchedule {
    const { clock, me, retentionPeriodSeconds } = this.#parts;
    const now = clock.now();
    const retentionMilliseconds = retentionPeriodSeconds * 1000;
    const next = advance(schedule, { tasks, due: this.#due, now, me, retentionMilliseconds });
    const isFresh = schedule.holder === me && Date.parse(schedule.expiresAt) - now > leaseMilliseconds / 2;
    if (isFresh && JSON.stringify(next) === JSON.stringify(schedule)) return schedule;
    return { ...next, holder: me, expiresAt: this.#leaseEnd };
  }

  get #leaseEnd(): string {
    return new Date(this.#parts.clock.now() + leaseMilliseconds).toISOString();
  }

  async #sendClaimed({ runs, tasks }: CronSchedule): Promise<void> {
    const { clock } = this.#parts;
    for (const run of runs.filter(({ state }) => state === 'Claimed')) {
      const url = tasks.find(({ name }) => name === run.task)?.url;
      if (url === undefined) continue;
      // Who holds the lease now sends the rest.
      if (!this.#hasLease) return;
      await this.#send(run, url);
      const sentAt = new Date(clock.now()).toISOString();
      await this.#change((schedule) => this.#renewed(changeRun(schedule, run, { state: 'Sent', sentAt })));
    }
  }

  get #hasLease(): boolean {
    const { schedule } = this.#stored ?? {};
    return schedule?.holder === this.#parts.me && Date.parse(schedule.expiresAt) > this.#parts.clock.now();
  }

  /** Many runs take longer than a lease. */
  #renewed(schedule: CronSchedule): CronSchedule {
    return schedule.holder === this.#parts.me ? { ...schedule, expiresAt: this.#leaseEnd } : schedule;
  }

  async #send({ task: name, dueAt }: CronRun, url: string): Promise<void> {
    const { sqs, queueUrl } = this.#parts;
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: periodicTask.body,
        MessageAttributes: {
          [periodicTask.path]: text(url),
          [periodicTask.name]: text(name),
          [periodicTask.scheduledAt]: text(dueAt.replace(/\.\d+Z$/, 'Z')),
        },
        ...(queueUrl.endsWith('.fifo') && {
          MessageGroupId: name.replaceAll(' ', '-'),
          MessageDeduplicationId: `${name.replaceAll(' ', '-')}/${Date.parse(dueAt)}`,
        }),
      }),
    );
  }

  /** Reads, changes and writes until nobody was in between. */
  async #change(change: (schedule: CronSchedule) => CronSchedule | undefined): Promise<void> {
    const { clock, file } = this.#parts;
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const before = (attempt === 0 ? this.#stored : undefined) ?? (await file.read(clock.now()));
      const after = change(before.schedule);
      if (!after) return;
      this.#stored = await file.write(after, before.etag);
      if (this.#stored) return;
    }
    throw new Error('the schedule was changed by others all the time');
  }

  /** Due times for some minutes, counted by an errand, so that its parts stay out of memory. */
  async #learnDue(tasks: readonly CronTask[], { considered }: CronSchedule): Promise<void> {
    const { clock, errand, signal } = this.#parts;
    const now = clock.now();
    const of = JSON.stringify(tasks);
    if (
      of === this.#dueOf &&
      this.#dueUntil - now > aheadMilliseconds / 2 &&
      this.#stored?.schedule.holder === this.#parts.me
    )
      return;
    const until = now + aheadMilliseconds;
    this.#due = await errand(
      'due',
      {
        tasks: tasks.map((task) => ({
          ...task,
          after: considered[task.name] ?? new Date(now).toISOString(),
        })),
        until: new Date(until).toISOString(),
      },
      { signal },
    );
    this.#dueOf = of;
    this.#dueUntil = until;
  }

  /** Until the next due time or the end of another one's lease, a turn at most. */
  #pause(): number {
    const now = this.#parts.clock.now();
    const next = this.#due.find(({ at }) => Date.parse(at) > now);
    const wait = Math.min(next ? Date.parse(next.at) : Infinity, this.#freeAt) - now;
    return Math.max(50, Math.min(turnMilliseconds, wait));
  }
}

const isFree = ({ holder, expiresAt }: CronSchedule, now: number): boolean =>
  holder === null || Date.parse(expiresAt) <= now;
