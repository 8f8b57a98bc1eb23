import { boolean, number, required, string } from '../../../resource/schema.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';

const gone = ['NotFound', 'NotFoundException'];

const inputs = {
  topic: required(string({ replaces: true })),
  protocol: required(string({ replaces: true })),
  endpoint: required(string({ replaces: true })),
  rawMessageDelivery: boolean({ default: false }),
  endpointAutoConfirms: boolean({ default: false, hidden: true }),
  confirmationTimeoutInMinutes: number({ default: 1, hidden: true }),
};

export default regional({
  type: 'aws:sns/topicSubscription:TopicSubscription',
  inputs,

  async create({ topic, protocol, endpoint, rawMessageDelivery }, context) {
    const sns = await context.clients.sns();
    const { SubscriptionArn = '' } = await sns.subscribe({
      TopicArn: topic,
      Protocol: protocol,
      Endpoint: endpoint,
      // Also of a subscription that waits for its confirmation.
      ReturnSubscriptionArn: true,
      ...(rawMessageDelivery && { Attributes: { RawMessageDelivery: 'true' } }),
    });
    return SubscriptionArn;
  },

  async read(id, context) {
    const sns = await context.clients.sns();
    const found = await ifFound(gone, () => sns.getSubscriptionAttributes({ SubscriptionArn: id }));
    const values = found?.Attributes;
    return (
      values && {
        arn: id,
        topic: values.TopicArn,
        protocol: values.Protocol,
        endpoint: values.Endpoint,
        ownerId: values.Owner,
        rawMessageDelivery: values.RawMessageDelivery === 'true',
        pendingConfirmation: values.PendingConfirmation === 'true',
        confirmationWasAuthenticated: values.ConfirmationWasAuthenticated === 'true',
      }
    );
  },

  async update(id, { news }, context) {
    const sns = await context.clients.sns();
    await sns.setSubscriptionAttributes({
      SubscriptionArn: id,
      AttributeName: 'RawMessageDelivery',
      AttributeValue: String(news.rawMessageDelivery ?? false),
    });
  },

  async delete(id, context) {
    const sns = await context.clients.sns();
    await ifFound(gone, () => sns.unsubscribe({ SubscriptionArn: id }));
  },
});
