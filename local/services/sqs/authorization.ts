import {
  and,
  anywhere,
  as,
  each,
  on,
  onAll,
  tagging,
  type Authorization,
} from '../../endpoint/authorization.ts';
import { redriveOf } from './attributes.ts';
import type { Context } from './context.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html */
export function sqsAuthorization(context: Context): Authorization {
  const prefix = `arn:aws:sqs:${context.region}:${context.account}:`;
  const named = on(({ QueueName }: { QueueName: string }) => `${prefix}${QueueName}`);
  const queue = on(({ QueueUrl }: { QueueUrl: string }) => `${prefix}${QueueUrl.split('/').at(-1) ?? ''}`);
  const source = on(({ SourceArn }: { SourceArn: string }) => SourceArn);
  const queueOf = (arn: string) => context.queues.get(arn.slice(prefix.length));
  /** Where moved messages go: what is named, or the queues that bury their dead letters here. */
  const destinations = onAll(
    ({ SourceArn, DestinationArn }: { SourceArn: string; DestinationArn?: string }) =>
      DestinationArn === undefined
        ? sourcesOf(context, SourceArn).map((name) => `${prefix}${name}`)
        : [DestinationArn],
  );
  return {
    prefix: 'sqs',
    operations: {
      CreateQueue: tagging('TagQueue', named),
      GetQueueUrl: named,
      ListQueues: anywhere,
      ...each(['DeleteQueue', 'PurgeQueue', 'SetQueueAttributes', 'GetQueueAttributes'], queue),
      ...each(['TagQueue', 'UntagQueue', 'ListQueueTags', 'ListDeadLetterSourceQueues'], queue),
      ...each(['SendMessage', 'ReceiveMessage', 'DeleteMessage', 'ChangeMessageVisibility'], queue),
      SendMessageBatch: as('SendMessage', queue),
      DeleteMessageBatch: as('DeleteMessage', queue),
      ChangeMessageVisibilityBatch: as('ChangeMessageVisibility', queue),
      StartMessageMoveTask: and(
        source,
        ...['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((action) => as(action, source)),
        as('SendMessage', destinations),
      ),
      CancelMessageMoveTask: on(
        ({ TaskHandle }: { TaskHandle: string }) => context.moves.get(TaskHandle)?.sourceArn ?? `${prefix}*`,
      ),
      ListMessageMoveTasks: source,
    },
    tagsOf: (arn) => queueOf(arn)?.tags,
    policyOf: (arn) => queueOf(arn)?.attributes.Policy,
  };
}

function sourcesOf({ queues }: Context, deadLetterArn: string): string[] {
  return [...queues.values()]
    .filter((queue) => redriveOf(queue)?.targetArn === deadLetterArn)
    .map(({ name }) => name);
}
