import { text, type Properties } from '../../../protocol/values.ts';
import { boolean, json, number, string, type Inputs } from '../../../resource/schema.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';

const gone = ['NotFound', 'NotFoundException'];

const inputs = {
  name: string({ replaces: true }),
  namePrefix: string({ replaces: true, hidden: true }),
  displayName: string(),
  policy: json({ computed: true }),
  deliveryPolicy: json(),
  kmsMasterKeyId: string(),
  fifoTopic: boolean({ replaces: true, default: false }),
  contentBasedDeduplication: boolean({ default: false }),
  signatureVersion: number({ computed: true }),
  tracingConfig: string({ computed: true }),
  tags: tags(),
};

const attributes: readonly [property: keyof Inputs<typeof inputs>, attribute: string][] = [
  ['displayName', 'DisplayName'],
  ['policy', 'Policy'],
  ['deliveryPolicy', 'DeliveryPolicy'],
  ['kmsMasterKeyId', 'KmsMasterKeyId'],
  ['contentBasedDeduplication', 'ContentBasedDeduplication'],
  ['signatureVersion', 'SignatureVersion'],
  ['tracingConfig', 'TracingConfig'],
];

export default regional({
  type: 'aws:sns/topic:Topic',
  naming: {
    property: 'name',
    prefix: 'namePrefix',
    maximum: 256,
    ending: (given) => (given.fifoTopic === true ? '.fifo' : ''),
  },
  inputs,

  async create(given, context) {
    const sns = await context.clients.sns();
    const Tags = toTags(given.tags);
    const wanted = attributes.filter(
      ([property]) => given[property] !== undefined && given[property] !== false,
    );
    const { TopicArn = '' } = await sns.createTopic({
      Name: given.name,
      Attributes: {
        ...Object.fromEntries(wanted.map(([property, attribute]) => [attribute, text(given[property])])),
        ...(given.fifoTopic ? { FifoTopic: 'true' } : {}),
      },
      ...(Tags.length > 0 ? { Tags } : {}),
    });
    return TopicArn;
  },

  async read(id, context) {
    const sns = await context.clients.sns();
    const found = await ifFound(gone, () => sns.getTopicAttributes({ TopicArn: id }));
    if (!found) return undefined;
    const { Tags } = await sns.listTagsForResource({ ResourceArn: id });
    const values = found.Attributes ?? {};
    const signature = values.SignatureVersion;
    return {
      arn: id,
      name: id.split(':').at(-1),
      owner: values.Owner,
      displayName: values.DisplayName ?? '',
      policy: values.Policy,
      deliveryPolicy: values.DeliveryPolicy,
      kmsMasterKeyId: values.KmsMasterKeyId,
      fifoTopic: values.FifoTopic === 'true',
      contentBasedDeduplication: values.ContentBasedDeduplication === 'true',
      signatureVersion: signature ? Number(signature) : undefined,
      tracingConfig: values.TracingConfig,
      ...fromTags(Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const sns = await context.clients.sns();
    for (const [property, attribute] of attributes) {
      if (!changed(property)) continue;
      const value = (news as Properties)[property];
      await sns.setTopicAttributes({
        TopicArn: id,
        AttributeName: attribute,
        AttributeValue: text(value),
      });
    }
    if (!changed('tags')) return;
    const { set, removed } = tagChanges(olds, news.tags);
    if (removed.length > 0) await sns.untagResource({ ResourceArn: id, TagKeys: removed });
    if (Object.keys(set).length > 0) await sns.tagResource({ ResourceArn: id, Tags: toTags(set) });
  },

  async delete(id, context) {
    const sns = await context.clients.sns();
    await ifFound(gone, () => sns.deleteTopic({ TopicArn: id }));
  },
});
