import { CloudWatch } from '@aws-sdk/client-cloudwatch';
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
import { SQS } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { createCloudWatch } from '../../../../local/services/cloudwatch/service.ts';
import { createSns } from '../../../../local/services/sns/service.ts';
import { createSqs } from '../../../../local/services/sqs/service.ts';
import { startEndpoint, type TestCloud } from '../../../support/endpoint.ts';

describe('SNS', () => {
  let cloud: TestCloud;
  let sns: SNSClient;
  let TopicArn: string;
  let sqs: SQS;

  beforeEach(async () => {
    cloud = await startEndpoint({ sns: createSns, sqs: createSqs, monitoring: createCloudWatch });
    sns = new SNSClient(cloud.client);
    sqs = new SQS(cloud.client);
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

  const letIn = (given: object = {}) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: '*',
        ...given,
      },
    });
  const sourceArn = (arn: string) => ({ Condition: { ArnEquals: { 'aws:SourceArn': arn } } });

  /** A queue that has subscribed, and what is in it. */
  async function subscribed(name: string, Policy: string | undefined, Attributes = {}) {
    const { QueueUrl } = await sqs.createQueue({ QueueName: name, Attributes: Policy ? { Policy } : {} });
    const Endpoint = `arn:aws:sqs:${cloud.region}:${cloud.account}:${name}`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
    return async () => {
      const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
      return Messages.map(({ Body }) => Body ?? '');
    };
  }

  it('delivers to queues, wrapped or raw', async () => {
    const wrapped = await subscribed('wrapped', letIn());
    const raw = await subscribed('raw', letIn(), { RawMessageDelivery: 'true' });
    await sns.send(new PublishCommand({ TopicArn, Subject: 'CPU', Message: 'too high' }));
    expect(JSON.parse((await wrapped())[0] ?? '')).to.include({
      Type: 'Notification',
      Subject: 'CPU',
      Message: 'too high',
    });
    expect(await raw()).to.deep.equal(['too high']);
  });

  it('delivers only to queues whose policy lets it in, and counts what it could not', async () => {
    const raw = { RawMessageDelivery: 'true' };
    const others = 'arn:aws:sns:eu-central-1:123456789012:others';
    const got = {
      its: await subscribed('its', letIn(sourceArn(TopicArn)), raw),
      anyones: await subscribed('anyones', letIn({ Principal: { AWS: '*' }, ...sourceArn(TopicArn) }), raw),
      none: await subscribed('none', undefined, raw),
      ofOther: await subscribed('of-other', letIn(sourceArn(others)), raw),
      ofAccount: await subscribed('of-account', letIn({ Principal: { AWS: cloud.account } }), raw),
      denied: await subscribed('denied', letIn({ Effect: 'Deny' }), raw),
    };
    await sns.send(new PublishCommand({ TopicArn, Message: 'm' }));
    const letThrough = await Promise.all(
      Object.entries(got).map(async ([name, read]) => ((await read()).length > 0 ? [name] : [])),
    );
    expect(letThrough.flat()).to.deep.equal(['its', 'anyones']);
    cloud.clock.advance(60_000);
    for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    const sum = async (MetricName: string) =>
      (
        await new CloudWatch(cloud.client).getMetricStatistics({
          Namespace: 'AWS/SNS',
          MetricName,
          Period: 60,
          Statistics: ['Sum'],
          Dimensions: [{ Name: 'TopicName', Value: 'alarms' }],
          StartTime: new Date(cloud.clock.now() - 600_000),
          EndTime: new Date(cloud.clock.now() + 60_000),
        })
      ).Datapoints?.map(({ Sum }) => Sum);
    expect(await sum('NumberOfMessagesPublished')).to.deep.equal([1]);
    expect(await sum('NumberOfNotificationsDelivered')).to.deep.equal([2]);
    expect(await sum('NumberOfNotificationsFailed')).to.deep.equal([4]);
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
