import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTagsForResourceCommand,
  ListTopicsCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import { expect } from 'chai';
import { createSns } from '../../../../local/services/sns/service.ts';
import { startEndpoint, type TestCloud } from '../../../support/endpoint.ts';

describe('SNS', () => {
  let cloud: TestCloud;
  let sns: SNSClient;
  let TopicArn: string;
  const sent: { QueueUrl: string; MessageBody: string }[] = [];

  beforeEach(async () => {
    sent.length = 0;
    const sqs = () => ({
      name: 'sqs' as const,
      operations: { SendMessage: (input: (typeof sent)[number]) => sent.push(input) },
    });
    cloud = await startEndpoint({ sns: createSns, sqs });
    sns = new SNSClient(cloud.client);
    const made = await sns.send(
      new CreateTopicCommand({ Name: 'alarms', Tags: [{ Key: 'team', Value: 'a' }] }),
    );
    TopicArn = made.TopicArn ?? '';
  });
  afterEach(() => cloud.stop());

  it('makes a topic once, and remembers its attributes and tags', async () => {
    expect((await sns.send(new CreateTopicCommand({ Name: 'alarms' }))).TopicArn).to.equal(TopicArn);
    await sns.send(
      new SetTopicAttributesCommand({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'Alarms' }),
    );
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes?.DisplayName).to.equal('Alarms');
    const { Tags } = await sns.send(new ListTagsForResourceCommand({ ResourceArn: TopicArn }));
    expect(Tags).to.deep.equal([{ Key: 'team', Value: 'a' }]);
  });

  it('delivers to queues, wrapped or raw', async () => {
    const queue = (name: string) => `arn:aws:sqs:${cloud.region}:${cloud.account}:${name}`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue('wrapped') }));
    const Attributes = { RawMessageDelivery: 'true' };
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: queue('raw'), Attributes }));
    await sns.send(new PublishCommand({ TopicArn, Subject: 'CPU', Message: 'too high' }));
    expect(sent.map(({ QueueUrl }) => QueueUrl.split('/').at(-1))).to.deep.equal(['wrapped', 'raw']);
    expect(JSON.parse(sent[0]?.MessageBody ?? '')).to.include({
      Type: 'Notification',
      Subject: 'CPU',
      Message: 'too high',
    });
    expect(sent[1]?.MessageBody).to.equal('too high');
  });

  it('keeps a mail subscription pending', async () => {
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'a@example.com' }));
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(Subscriptions?.[0]?.SubscriptionArn).to.equal('PendingConfirmation');
  });

  it('forgets a deleted topic with its subscriptions', async () => {
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'a@example.com' }));
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    expect((await sns.send(new ListTopicsCommand())).Topics).to.deep.equal([]);
    const error = await sns
      .send(new GetTopicAttributesCommand({ TopicArn }))
      .catch((thrown: unknown) => thrown as Error);
    expect(error).to.have.property('name', 'NotFoundException');
  });
});
