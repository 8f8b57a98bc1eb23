import * as sqs from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { createSqs } from '../../../../local/services/sqs/service.ts';
import { startEndpoint, type TestCloud } from '../../../support/endpoint.ts';
import { failure } from '../../../support/failure.ts';

describe('SQS', () => {
  let cloud: TestCloud;
  let client: sqs.SQSClient;
  let QueueUrl: string;

  beforeEach(async () => {
    cloud = await startEndpoint({ sqs: createSqs });
    client = new sqs.SQSClient(cloud.client);
    QueueUrl = await create('jobs', { VisibilityTimeout: '60' });
  });
  afterEach(async () => {
    expect(cloud.faults).to.deep.equal([]);
    client.destroy();
    await cloud.stop();
  });

  async function create(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
    return (await client.send(new sqs.CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
  }
  const send = (MessageBody: string, more: Partial<sqs.SendMessageCommandInput> = {}) =>
    client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody, ...more }));
  const receive = async (more: Partial<sqs.ReceiveMessageCommandInput> = {}) =>
    (await client.send(new sqs.ReceiveMessageCommand({ QueueUrl, ...more }))).Messages ?? [];
  const remove = (ReceiptHandle: string | undefined) =>
    client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  const attributes = async (url = QueueUrl) =>
    (await client.send(new sqs.GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] })))
      .Attributes ?? {};
  const counts = async (url = QueueUrl) => {
    const found = await attributes(url);
    return ['', 'NotVisible', 'Delayed'].map((suffix) =>
      Number((found as Record<string, string>)[`ApproximateNumberOfMessages${suffix}`]),
    );
  };
  const arn = (name: string) => `arn:aws:sqs:eu-central-1:123456789012:${name}`;

  describe('queues', () => {
    it('gives URLs on its own origin', async () => {
      expect(QueueUrl).to.equal(`${cloud.origin}/123456789012/jobs`);
      expect((await client.send(new sqs.GetQueueUrlCommand({ QueueName: 'jobs' }))).QueueUrl).to.equal(
        QueueUrl,
      );
      expect((await failure(client.send(new sqs.GetQueueUrlCommand({ QueueName: 'nobody' })))).name).to.equal(
        'QueueDoesNotExist',
      );
    });

    it('creates again when nothing differs', async () => {
      expect(await create('jobs', { VisibilityTimeout: '60' })).to.equal(QueueUrl);
      const error = await failure(create('jobs', { VisibilityTimeout: '61' }));
      expect(error).to.include({
        name: 'QueueNameExists',
        message:
          'A queue already exists with the same name and a different value for attribute VisibilityTimeout',
      });
    });

    it('answers attributes with their defaults, and those that were set', async () => {
      expect(await attributes()).to.include({
        QueueArn: arn('jobs'),
        VisibilityTimeout: '60',
        MaximumMessageSize: '1048576',
        MessageRetentionPeriod: '345600',
        DelaySeconds: '0',
      });
      await client.send(
        new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '5', Policy: '{}' } }),
      );
      expect(await attributes()).to.include({ DelaySeconds: '5', Policy: '{}' });
      await client.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: '' } }));
      expect(await attributes()).to.not.have.property('Policy');
    });

    it('refuses unknown attributes, values out of range and bad names', async () => {
      expect((await failure(create('a', { Nonsense: '1' }))).name).to.equal('InvalidAttributeName');
      expect((await failure(create('a', { VisibilityTimeout: '43201' }))).name).to.equal(
        'InvalidAttributeValue',
      );
      expect(
        (
          await failure(
            create('a', {
              RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('x'), maxReceiveCount: 3 }),
            }),
          )
        ).name,
      ).to.equal('InvalidAttributeValue');
      expect((await failure(create('a b'))).name).to.equal('InvalidParameterValue');
      expect((await failure(create('a.fifo'))).name).to.equal('InvalidParameterValue');
    });

    it('tags, lists in pages, deletes', async () => {
      await client.send(new sqs.TagQueueCommand({ QueueUrl, Tags: { a: '1', b: '2' } }));
      await client.send(new sqs.UntagQueueCommand({ QueueUrl, TagKeys: ['a'] }));
      expect((await client.send(new sqs.ListQueueTagsCommand({ QueueUrl }))).Tags).to.deep.equal({ b: '2' });
      await create('other');
      const first = await client.send(new sqs.ListQueuesCommand({ MaxResults: 1 }));
      const second = await client.send(
        new sqs.ListQueuesCommand({ MaxResults: 1, NextToken: first.NextToken }),
      );
      expect([first, second].map(({ QueueUrls }) => QueueUrls?.[0]?.split('/').at(-1))).to.deep.equal([
        'jobs',
        'other',
      ]);
      await client.send(new sqs.DeleteQueueCommand({ QueueUrl }));
      expect((await failure(receive())).name).to.equal('QueueDoesNotExist');
    });
  });

  describe('messages', () => {
    it('delivers, hides, delivers again and deletes', async () => {
      await send('hello');
      expect(await counts()).to.deep.equal([1, 0, 0]);
      const [first] = await receive({ MessageSystemAttributeNames: ['All'] });
      expect(first).to.include({ Body: 'hello' });
      expect(first?.Attributes).to.deep.equal({
        SenderId: '123456789012',
        SentTimestamp: String(cloud.clock.now()),
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: String(cloud.clock.now()),
      });
      expect(await receive()).to.deep.equal([]);
      expect(await counts()).to.deep.equal([0, 1, 0]);
      cloud.clock.advance(60_000);
      const [second] = await receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
      expect(second?.Attributes).to.deep.equal({ ApproximateReceiveCount: '2' });
      await remove(first?.ReceiptHandle);
      expect(await counts(), 'an outdated receipt deletes nothing').to.deep.equal([0, 1, 0]);
      await remove(second?.ReceiptHandle);
      expect(await counts()).to.deep.equal([0, 0, 0]);
      await remove(second?.ReceiptHandle);
    });

    it('delays a message, and all messages of a queue that says so', async () => {
      await send('later', { DelaySeconds: 10 });
      expect(await counts()).to.deep.equal([0, 0, 1]);
      expect(await receive()).to.deep.equal([]);
      cloud.clock.advance(10_000);
      expect(await receive()).to.have.length(1);
    });

    it('changes how long a message is hidden', async () => {
      await send('a');
      const [message] = await receive();
      const change = (VisibilityTimeout: number) =>
        client.send(
          new sqs.ChangeMessageVisibilityCommand({
            QueueUrl,
            ReceiptHandle: message?.ReceiptHandle,
            VisibilityTimeout,
          }),
        );
      await change(100);
      cloud.clock.advance(60_000);
      expect(await receive()).to.deep.equal([]);
      await change(0);
      expect(await receive()).to.have.length(1);
      expect((await failure(change(10))).name).to.equal('MessageNotInflight');
    });

    it('keeps attributes, text and binary, and gives those asked for', async () => {
      const MessageAttributes = {
        kind: { DataType: 'String', StringValue: 'mail' },
        size: { DataType: 'Number', StringValue: '3' },
        raw: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
      };
      await send('a', { MessageAttributes });
      const [message] = await receive({ MessageAttributeNames: ['kind', 'raw'] });
      expect(Object.keys(message?.MessageAttributes ?? {})).to.deep.equal(['kind', 'raw']);
      expect(Buffer.from(message?.MessageAttributes?.raw?.BinaryValue ?? [])).to.deep.equal(
        Buffer.from([1, 2]),
      );
    });

    it('refuses what SQS refuses', async () => {
      expect((await failure(send(''))).name).to.equal('MissingParameter');
      expect((await failure(send('\u0001'))).name).to.equal('InvalidMessageContents');
      expect((await failure(send('x'.repeat(1_048_577)))).name).to.equal('InvalidParameterValue');
      expect((await failure(receive({ MaxNumberOfMessages: 11 }))).name).to.equal('InvalidParameterValue');
      expect((await failure(remove('nonsense'))).name).to.equal('ReceiptHandleIsInvalid');
    });

    it('sends and deletes in batches, with an error for each that fails', async () => {
      const Entries = [
        { Id: 'a', MessageBody: '1' },
        { Id: 'b', MessageBody: '2', DelaySeconds: 901 },
      ];
      const sent = await client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }));
      expect([
        sent.Successful?.map(({ Id }) => Id),
        sent.Failed?.map(({ Id, Code }) => [Id, Code]),
      ]).to.deep.equal([['a'], [['b', 'InvalidParameterValue']]]);
      const [message] = await receive();
      const deleted = await client.send(
        new sqs.DeleteMessageBatchCommand({
          QueueUrl,
          Entries: [
            { Id: 'x', ReceiptHandle: message?.ReceiptHandle },
            { Id: 'y', ReceiptHandle: 'bad' },
          ],
        }),
      );
      expect([deleted.Successful?.length, deleted.Failed?.[0]?.Code]).to.deep.equal([
        1,
        'ReceiptHandleIsInvalid',
      ]);
      const twice = client.send(
        new sqs.SendMessageBatchCommand({ QueueUrl, Entries: [Entries[0]!, Entries[0]!] }),
      );
      expect((await failure(twice)).name).to.equal('BatchEntryIdsNotDistinct');
      expect(
        (await failure(client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries: [] })))).name,
      ).to.equal('EmptyBatchRequest');
    });

    it('purges, once a minute', async () => {
      await send('a');
      await client.send(new sqs.PurgeQueueCommand({ QueueUrl }));
      expect(await counts()).to.deep.equal([0, 0, 0]);
      expect((await failure(client.send(new sqs.PurgeQueueCommand({ QueueUrl })))).name).to.equal(
        'PurgeQueueInProgress',
      );
    });

    it('forgets messages that are too old', async () => {
      await send('a');
      cloud.clock.advance(345_600_001);
      expect(await receive()).to.deep.equal([]);
      expect(await counts()).to.deep.equal([0, 0, 0]);
    });
  });

  describe('long polling', () => {
    it('is woken by a message', async () => {
      const waiting = receive({ WaitTimeSeconds: 20 });
      await attributes();
      await send('now');
      expect((await waiting)[0]?.Body).to.equal('now');
    });

    it('is woken by a message that becomes visible, and ends after its time', async () => {
      await send('later', { DelaySeconds: 5 });
      const waiting = receive({ WaitTimeSeconds: 20 });
      await attributes();
      cloud.clock.advance(5_000);
      expect((await waiting)[0]?.Body).to.equal('later');
      const idle = receive({ WaitTimeSeconds: 20 });
      await attributes();
      cloud.clock.advance(20_000);
      expect(await idle).to.deep.equal([]);
    });

    it('is woken by a message that is given back for a while after the poll began', async () => {
      await send('again');
      const [message] = await receive({ VisibilityTimeout: 300 });
      const waiting = receive({ WaitTimeSeconds: 20 });
      await attributes();
      await client.send(
        new sqs.ChangeMessageVisibilityCommand({
          QueueUrl,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout: 2,
        }),
      );
      cloud.clock.advance(2_000);
      expect((await waiting)[0]?.Body).to.equal('again');
    });

    it('of a FIFO queue is woken when the message before is deleted', async () => {
      QueueUrl = await create('woken.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
      await send('first', { MessageGroupId: 'group' });
      await send('second', { MessageGroupId: 'group' });
      const [message] = await receive();
      const waiting = receive({ WaitTimeSeconds: 20 });
      await attributes();
      await remove(message?.ReceiptHandle);
      expect((await waiting)[0]?.Body).to.equal('second');
    });

    it('refuses unknown attributes at once, and takes no message for them', async () => {
      const unknown = { MessageSystemAttributeNames: ['Bogus' as 'All'] };
      const empty = await failure(receive({ ...unknown, WaitTimeSeconds: 20 }));
      expect([empty.name, empty.message]).to.deep.equal(['InvalidAttributeName', 'Unknown Attribute Bogus.']);
      await send('kept');
      expect((await failure(receive(unknown))).name).to.equal('InvalidAttributeName');
      expect(await counts()).to.deep.equal([1, 0, 0]);
    });

    it('loses no message to a caller that hung up', async () => {
      const controller = new AbortController();
      const gone = cloud.parts.services.sqs.operations.ReceiveMessage?.({ QueueUrl, WaitTimeSeconds: 20 }, {
        signal: controller.signal,
      } as never);
      controller.abort();
      expect(await gone).to.deep.equal({});
      await send('kept');
      expect((await receive())[0]?.Body).to.equal('kept');
    });
  });

  describe('dead letters', () => {
    let dead: string;
    beforeEach(async () => {
      dead = await create('dead');
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 2 });
      await client.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));
    });

    async function die(): Promise<void> {
      await send('poison');
      for (let count = 0; count < 2; count++) {
        await receive();
        cloud.clock.advance(60_000);
      }
      expect(await receive()).to.deep.equal([]);
    }

    it('buries a message received too often', async () => {
      await die();
      expect(await counts()).to.deep.equal([0, 0, 0]);
      const [letter] = await receive({ QueueUrl: dead, MessageSystemAttributeNames: ['All'] });
      expect(letter).to.include({ Body: 'poison' });
      expect(letter?.Attributes).to.include({ DeadLetterQueueSourceArn: arn('jobs') });
      const { queueUrls } = await client.send(new sqs.ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
      expect(queueUrls).to.deep.equal([QueueUrl]);
    });

    it('moves dead letters back', async () => {
      await die();
      await client.send(new sqs.StartMessageMoveTaskCommand({ SourceArn: arn('dead') }));
      const { Results } = await client.send(new sqs.ListMessageMoveTasksCommand({ SourceArn: arn('dead') }));
      expect(Results?.[0]).to.include({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 });
      expect((await receive({ MessageSystemAttributeNames: ['All'] }))[0]?.Body).to.equal('poison');
      const none = client.send(new sqs.StartMessageMoveTaskCommand({ SourceArn: arn('jobs') }));
      expect((await failure(none)).name).to.equal('InvalidParameterValue');
    });

    it('moves so many a second', async () => {
      for (const body of ['1', '2', '3'])
        await client.send(new sqs.SendMessageCommand({ QueueUrl: dead, MessageBody: body }));
      await client.send(
        new sqs.StartMessageMoveTaskCommand({
          SourceArn: arn('dead'),
          DestinationArn: arn('jobs'),
          MaxNumberOfMessagesPerSecond: 2,
        }),
      );
      expect((await counts())[0]).to.equal(2);
      cloud.clock.advance(1000);
      expect((await counts())[0]).to.equal(3);
      expect(await counts(dead)).to.deep.equal([0, 0, 0]);
    });
  });

  describe('FIFO queues', () => {
    beforeEach(async () => {
      QueueUrl = await create('line.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    });

    it('keep the order of a group and close it while one of it is out', async () => {
      for (const body of ['a1', 'a2', 'b1']) await send(body, { MessageGroupId: body.charAt(0) });
      const [first] = await receive();
      expect(first?.Body).to.equal('a1');
      expect((await receive({ MaxNumberOfMessages: 10 })).map(({ Body }) => Body)).to.deep.equal(['b1']);
      await remove(first?.ReceiptHandle);
      expect((await receive()).map(({ Body }) => Body)).to.deep.equal(['a2']);
    });

    it('take a message once in five minutes', async () => {
      const one = await send('same', { MessageGroupId: 'g' });
      const two = await send('same', { MessageGroupId: 'g' });
      expect([two.MessageId, two.SequenceNumber]).to.deep.equal([one.MessageId, one.SequenceNumber]);
      expect((await counts())[0]).to.equal(1);
      cloud.clock.advance(300_000);
      await send('same', { MessageGroupId: 'g' });
      expect((await counts())[0]).to.equal(2);
      expect((await failure(send('x'))).name).to.equal('MissingParameter');
    });

    it('take a message again that was sent to a deleted queue of the same name', async () => {
      await send('same', { MessageGroupId: 'g' });
      await client.send(new sqs.DeleteQueueCommand({ QueueUrl }));
      await create('line.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
      await send('same', { MessageGroupId: 'g' });
      expect((await receive())[0]?.Body).to.equal('same');
    });
  });

  it('takes messages up again from the store', async () => {
    await send('out');
    await receive();
    await send('in');
    const again = createSqs(cloud.parts);
    const found = async () =>
      (
        (await again.operations.ReceiveMessage?.(
          { QueueUrl, MaxNumberOfMessages: 10 },
          {} as never,
        )) as sqs.ReceiveMessageResult
      ).Messages ?? [];
    expect((await found()).map(({ Body }) => Body)).to.deep.equal(['in']);
    cloud.clock.advance(60_000);
    expect(await found()).to.have.length(2);
  });
});
