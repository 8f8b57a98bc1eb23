import { PurgeQueueCommand, PurgeQueueInProgress } from '@aws-sdk/client-sqs';
import type { CronSchedule } from '../../../model/schemas.ts';
import { isoTime } from '../../clock.ts';
import { command, flag, shared, text } from '../../command.ts';
import { exitCodes, UserError } from '../../errors.ts';
import { readDepth } from '../../queue/depth.ts';
import { changeSchedule } from '../../queue/schedule.ts';
import { findWorker } from '../../queue/worker.ts';

export default command({
  name: 'queue purge',
  group: 'Work',
  summary: 'Delete all messages of a worker. There is no way back.',
  argument: { name: 'stack/environment', summary: 'The worker: dev/worker.', required: true },
  options: {
    confirm: text('stack/environment', 'The same name again: nothing is deleted without it.'),
    deadLetters: flag('Delete the dead letters instead of the messages that wait.'),
    application: shared.application,
  },
  examples: [
    {
      command: 'beanpole queue purge dev/worker --dead-letters --confirm dev/worker',
      effect: 'forgets what could not be done',
    },
  ],

  async run(argument, { confirm, deadLetters, application }, context) {
    const worker = await findWorker(context, argument, application);
    const { name, queueUrl, deadLetterQueueUrl } = worker;
    const QueueUrl = deadLetters ? deadLetterQueueUrl : queueUrl;
    const { waiting, inFlight, delayed } = await readDepth(context.clients.sqs, QueueUrl);
    const all = waiting + inFlight + delayed;
    const what = deadLetters ? 'dead letters' : 'messages';
    if (confirm !== name)
      throw new UserError(`This would delete about ${all} ${what} of ${name} for good.`, {
        now: ['Nothing was deleted.'],
        next: `beanpole queue purge ${name}${deadLetters ? ' --dead-letters' : ''} --confirm ${name}`,
      });
    await context.clients.sqs.send(new PurgeQueueCommand({ QueueUrl })).catch((error: unknown) => {
      throw error instanceof PurgeQueueInProgress ? tooSoon(name) : error;
    });
    const endedAt = isoTime(context.clock.now());
    if (!deadLetters)
      await changeSchedule(context.clients, worker, (schedule) => withoutPurged(schedule, endedAt));
    context.ui.data(`About ${all} ${what} of ${name} are deleted; SQS takes up to a minute for it.`);
  },
});

/** The messages of periodic tasks are gone, too: nobody will say any more how those runs ended. */
function withoutPurged(schedule: CronSchedule, endedAt: string): CronSchedule | undefined {
  const missed = { state: 'Missed', endedAt, reason: 'its message was purged' } as const;
  if (schedule.runs.every(({ state }) => state !== 'Sent')) return undefined;
  return {
    ...schedule,
    runs: schedule.runs.map((run) => (run.state === 'Sent' ? { ...run, ...missed } : run)),
  };
}

const tooSoon = (name: string): UserError =>
  new UserError(`${name} was purged less than a minute ago; SQS allows one purge a minute.`, {
    now: ['What was sent before that purge is deleted; nothing else is.'],
    next: 'the same command again in a minute',
    exitCode: exitCodes.locked,
  });
