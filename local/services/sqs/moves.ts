import { randomBytes } from 'node:crypto';
import type * as sqs from '@aws-sdk/client-sqs';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { redriveOf } from './attributes.ts';
import { findByArn, type Context, type Live } from './context.ts';
import type { Entry } from './engine.ts';
import { checkRange, invalidParameter, unsupported } from './errors.ts';
import type { MoveTask } from './state.ts';

const fastest = 500;

const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message, 404);

/** Tasks that move dead letters back to where they came from, or elsewhere. */
export function moveOperations(context: Context) {
  return {
    StartMessageMoveTask(
      input: sqs.StartMessageMoveTaskCommandInput,
    ): Answer<sqs.StartMessageMoveTaskCommandOutput> {
      const task = newTask(context, input);
      context.moves.set(task.handle, task);
      advance(context, task);
      return { TaskHandle: task.handle };
    },

    CancelMessageMoveTask({
      TaskHandle = '',
    }: sqs.CancelMessageMoveTaskCommandInput): Answer<sqs.CancelMessageMoveTaskCommandOutput> {
      const task = context.moves.get(TaskHandle);
      if (!task) throw notFound('Task does not exist.');
      if (task.status !== 'RUNNING') throw unsupported('Only active tasks can be cancelled.');
      task.status = 'CANCELLED';
      context.moves.set(task.handle, task);
      return { ApproximateNumberOfMessagesMoved: task.moved };
    },

    ListMessageMoveTasks({
      SourceArn,
      MaxResults = 1,
    }: sqs.ListMessageMoveTasksCommandInput): Answer<sqs.ListMessageMoveTasksCommandOutput> {
      checkRange('MaxResults', MaxResults, 1, 10);
      if (!findByArn(context, SourceArn))
        throw notFound("The resource that you specified for the SourceArn parameter doesn't exist.");
      const own = [...context.moves.values()].filter(({ sourceArn }) => sourceArn === SourceArn).reverse();
      return { Results: own.slice(0, MaxResults).map(wireTask) };
    },
  };
}

/** Takes up the tasks that were running when the cloud stopped. */
export function resumeMoves(context: Context): void {
  for (const task of context.moves.values()) if (task.status === 'RUNNING') advance(context, task);
}

function newTask(context: Context, input: sqs.StartMessageMoveTaskCommandInput): MoveTask {
  const { SourceArn: sourceArn = '', DestinationArn, MaxNumberOfMessagesPerSecond = fastest } = input;
  checkRange('MaxNumberOfMessagesPerSecond', MaxNumberOfMessagesPerSecond, 1, fastest);
  const source = findByArn(context, sourceArn);
  if (!source) throw notFound("The resource that you specified for the SourceArn parameter doesn't exist.");
  if (DestinationArn !== undefined && !findByArn(context, DestinationArn))
    throw notFound("The resource that you specified for the DestinationArn parameter doesn't exist.");
  if (![...context.queues.values()].some((queue) => redriveOf(queue)?.targetArn === sourceArn)) {
    throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
  }
  const running = [...context.moves.values()].some(
    (task) => task.sourceArn === sourceArn && task.status === 'RUNNING',
  );
  if (running)
    throw unsupported(
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
    );
  return {
    handle: randomBytes(48).toString('base64url'),
    sourceArn,
    ...(DestinationArn !== undefined && { destinationArn: DestinationArn }),
    perSecond: MaxNumberOfMessagesPerSecond,
    started: context.clock.now(),
    toMove: source.engine.counts(context.clock.now()).visible,
    status: 'RUNNING',
    moved: 0,
  };
}

/** Moves a second's share, and goes on a second later while there is more. */
function advance(context: Context, task: MoveTask): void {
  const source = findByArn(context, task.sourceArn);
  if (task.status !== 'RUNNING') return;
  const moved = source ? moveSome(context, task, source) : 0;
  if (!source) Object.assign(task, { status: 'FAILED', failure: 'AWS.SimpleQueueService.NonExistentQueue' });
  else if (moved < task.perSecond) task.status = 'COMPLETED';
  else
    context.clock.after(1000, () => {
      advance(context, task);
    });
  context.moves.set(task.handle, task);
}

function moveSome(context: Context, task: MoveTask, { engine }: Live): number {
  const now = context.clock.now();
  const chosen: Entry[] = [];
  for (const entry of engine.visible(now)) {
    chosen.push(entry);
    if (chosen.length === task.perSecond) break;
  }
  const targets = new Set<Live>();
  for (const entry of chosen) {
    const { sourceArn, ...message } = entry.message;
    const target = findByArn(context, task.destinationArn ?? sourceArn);
    // Letters sent straight to the dead-letter queue have nowhere to go back to.
    if (!target) continue;
    engine.remove(entry);
    target.engine.add({ ...message, queue: target.queue.name, sent: now, visibleAt: now }, now);
    targets.add(target);
    task.moved++;
  }
  engine.putBack(chosen);
  for (const { polls } of targets) polls.wake();
  return chosen.length;
}

function wireTask(task: MoveTask): sqs.ListMessageMoveTasksResultEntry {
  return {
    ...(task.status === 'RUNNING' && { TaskHandle: task.handle }),
    Status: task.status,
    SourceArn: task.sourceArn,
    ...(task.destinationArn !== undefined && { DestinationArn: task.destinationArn }),
    ...(task.perSecond !== fastest && { MaxNumberOfMessagesPerSecond: task.perSecond }),
    ApproximateNumberOfMessagesMoved: task.moved,
    ApproximateNumberOfMessagesToMove: task.toMove,
    ...(task.failure !== undefined && { FailureReason: task.failure }),
    StartedTimestamp: task.started,
  };
}
