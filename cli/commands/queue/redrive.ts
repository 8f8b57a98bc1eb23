import {
  ListMessageMoveTasksCommand,
  StartMessageMoveTaskCommand,
  type ListMessageMoveTasksResultEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../../clock.ts';
import { command, shared } from '../../command.ts';
import { exitCodes, UserError } from '../../errors.ts';
import { readArn } from '../../queue/depth.ts';
import { findWorker } from '../../queue/worker.ts';

const deadlineMilliseconds = 10 * 60_000;
const pauseMilliseconds = 500;

export default command({
  name: 'queue redrive',
  group: 'Work',
  summary: "Move a worker's dead letters back to its queue, to be tried again.",
  argument: { name: 'stack/environment', summary: 'The worker: dev/worker.', required: true },
  options: { json: shared.json, application: shared.application },
  examples: [{ command: 'beanpole queue redrive prod/worker', effect: 'each gets all its deliveries anew' }],

  async run(argument, { json, application }, context) {
    const { clients, clock, signal, ui } = context;
    const { name, queueUrl, deadLetterQueueUrl } = await findWorker(context, argument, application);
    const [SourceArn, DestinationArn] = await Promise.all([
      readArn(clients.sqs, deadLetterQueueUrl),
      readArn(clients.sqs, queueUrl),
    ]);
    // A command that was interrupted, or somebody else's: SQS allows one at a time, and it does the same.
    if ((await lastTask(clients.sqs, SourceArn)).Status !== 'RUNNING')
      // Named, since SQS knows the way back only of letters that it moved itself.
      await clients.sqs.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
    const task = await endOf(clients.sqs, SourceArn, clock, signal);
    const moved = task.ApproximateNumberOfMessagesMoved ?? 0;
    if (task.Status !== 'COMPLETED')
      throw new UserError(
        `Redriving ${name} ended as ${task.Status ?? 'unknown'}: ${task.FailureReason ?? ''}`,
        {
          now: [`About ${moved} messages were moved.`],
          next: `beanpole queue status ${name}`,
          exitCode: exitCodes.notRolledBack,
        },
      );
    if (json) ui.json({ moved });
    else ui.data(`${moved} dead letters of ${name} are in its queue again.`);
  },
});

/** The newest move of dead letters; empty: there was none. */
async function lastTask(sqs: SQSClient, SourceArn: string): Promise<ListMessageMoveTasksResultEntry> {
  const { Results: [task = {}] = [] } = await sqs.send(
    new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 }),
  );
  return task;
}

async function endOf(
  sqs: SQSClient,
  SourceArn: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<ListMessageMoveTasksResultEntry> {
  const deadline = clock.now() + deadlineMilliseconds;
  for (;;) {
    const task = await lastTask(sqs, SourceArn);
    if (task.Status !== 'RUNNING') return task;
    if (clock.now() > deadline)
      throw new UserError('SQS still moves dead letters after 10 minutes; it goes on by itself.', {
        next: 'beanpole queue status   (shows how many are left)',
        exitCode: exitCodes.notRolledBack,
      });
    await clock.sleep(pauseMilliseconds, signal);
  }
}
