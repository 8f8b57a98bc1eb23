import { boolean, json, number, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTagMap, tagChanges } from '../../tags.ts';
import { fromAttributes, toAttributes } from './attributes.ts';

export const gone = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue', 'QueueDeletedRecently'];

export default regional({
  type: 'aws:sqs/queue:Queue',
  naming: {
    property: 'name',
    prefix: 'namePrefix',
    maximum: 80,
    ending: (inputs) => (inputs.fifoQueue === true ? '.fifo' : ''),
  },
  inputs: {
    name: string({ replaces: true }),
    namePrefix: string({ replaces: true, hidden: true }),
    delaySeconds: number({ default: 0 }),
    maxMessageSize: number({ computed: true }),
    messageRetentionSeconds: number({ default: 345600 }),
    receiveWaitTimeSeconds: number({ default: 0 }),
    visibilityTimeoutSeconds: number({ default: 30 }),
    kmsDataKeyReusePeriodSeconds: number({ computed: true }),
    kmsMasterKeyId: string(),
    // Without it the queue's policy may belong to a resource of its own.
    policy: json({ computed: true }),
    redrivePolicy: json({ computed: true }),
    redriveAllowPolicy: json({ computed: true }),
    sqsManagedSseEnabled: boolean({ computed: true }),
    fifoQueue: boolean({ default: false, replaces: true }),
    contentBasedDeduplication: boolean({ default: false }),
    deduplicationScope: string({ computed: true }),
    fifoThroughputLimit: string({ computed: true }),
    tags: tags(),
  },

  async create(inputs, context) {
    const sqs = await context.clients.sqs();
    const isWanted = (property: string) => property !== 'fifoQueue' || inputs.fifoQueue === true;
    const isFifo = inputs.fifoQueue === true;
    const { QueueUrl = '' } = await sqs.createQueue({
      QueueName: inputs.name,
      Attributes: toAttributes(
        inputs,
        (property) => isWanted(property) && (isFifo || property !== 'contentBasedDeduplication'),
        false,
      ),
      ...(inputs.tags && Object.keys(inputs.tags).length > 0 ? { tags: { ...inputs.tags } } : {}),
    });
    return QueueUrl;
  },

  async read(id, context, known) {
    const found = await readAttributes(context, id);
    if (!found) return undefined;
    const sqs = await context.clients.sqs();
    const { Tags } = await sqs.listQueueTags({ QueueUrl: id });
    const { policy, ...rest } = fromAttributes(found);
    return {
      arn: found.QueueArn,
      name: found.QueueArn?.split(':').at(-1),
      url: id,
      ...rest,
      fifoQueue: rest.fifoQueue ?? false,
      contentBasedDeduplication: rest.contentBasedDeduplication ?? false,
      ...('policy' in known.inputs ? { policy } : {}),
      ...fromTagMap(Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const sqs = await context.clients.sqs();
    const Attributes = toAttributes(news, (property) => changed(property), true);
    if (Object.keys(Attributes).length > 0) await sqs.setQueueAttributes({ QueueUrl: id, Attributes });
    if (!changed('tags')) return;
    const { set, removed } = tagChanges(olds, news.tags);
    if (removed.length > 0) await sqs.untagQueue({ QueueUrl: id, TagKeys: removed });
    if (Object.keys(set).length > 0) await sqs.tagQueue({ QueueUrl: id, Tags: { ...set } });
  },

  async delete(id, context) {
    const sqs = await context.clients.sqs();
    await ifFound(gone, () => sqs.deleteQueue({ QueueUrl: id }));
    await context.until(`queue ${id} still answers`, async () =>
      (await readAttributes(context, id)) ? undefined : true,
    );
  },
});

export async function readAttributes(
  context: Context,
  url: string,
): Promise<Record<string, string> | undefined> {
  const sqs = await context.clients.sqs();
  const found = await ifFound(gone, () => sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ['All'] }));
  return found && (found.Attributes ?? {});
}
