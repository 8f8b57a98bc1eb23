import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect } from 'chai';
import { createLogs } from '../../../../local/services/logs/service.ts';
import { startEndpoint, type TestCloud } from '../../../support/endpoint.ts';

describe('CloudWatch Logs', () => {
  let cloud: TestCloud;
  let logs: CloudWatchLogsClient;
  const logGroupName = '/shop/web';

  beforeEach(async () => {
    cloud = await startEndpoint({ logs: createLogs });
    logs = new CloudWatchLogsClient(cloud.client);
    await logs.send(new CreateLogGroupCommand({ logGroupName, tags: { team: 'a' } }));
  });
  afterEach(() => cloud.stop());

  const put = async (stream: string, ...messages: string[]) => {
    await logs
      .send(new CreateLogStreamCommand({ logGroupName, logStreamName: stream }))
      .catch(() => undefined);
    const logEvents = messages.map((message, index) => ({ message, timestamp: cloud.clock.now() + index }));
    return logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: stream, logEvents }));
  };
  const filter = async (input: object = {}) => {
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName, ...input }));
    return events.map(({ logStreamName, message }) => `${logStreamName}: ${message}`);
  };
  const nameOf = (promise: Promise<unknown>) =>
    promise.then(() => 'no error').catch((error: unknown) => (error as Error).name);

  it('answers events of all streams in the order of their times', async () => {
    await put('i-1', 'one');
    cloud.clock.advance(1000);
    await put('i-2', 'two');
    cloud.clock.advance(1000);
    await put('i-1', 'three');
    expect(await filter()).to.deep.equal(['i-1: one', 'i-2: two', 'i-1: three']);
    expect(await filter({ startTime: cloud.clock.now() - 1000 })).to.deep.equal(['i-2: two', 'i-1: three']);
    expect(await filter({ logStreamNames: ['i-2'] })).to.deep.equal(['i-2: two']);
  });

  it('filters by terms: all plain ones, any ? one, no - one', async () => {
    await put('i-1', 'GET /health 200', 'GET /posts 500', 'POST /posts 503');
    expect(await filter({ filterPattern: 'GET /posts' })).to.deep.equal(['i-1: GET /posts 500']);
    expect(await filter({ filterPattern: '?500 ?503' })).to.have.length(2);
    expect(await filter({ filterPattern: '"GET /" -health' })).to.deep.equal(['i-1: GET /posts 500']);
  });

  it('pages through what it finds, and through a stream in both directions', async () => {
    await put('i-1', 'one', 'two', 'three');
    const first = await logs.send(new FilterLogEventsCommand({ logGroupName, limit: 2 }));
    const second = await logs.send(
      new FilterLogEventsCommand({ logGroupName, limit: 2, nextToken: first.nextToken }),
    );
    expect([first, second].map(({ events }) => events?.length)).to.deep.equal([2, 1]);
    expect(second.nextToken).to.equal(undefined);

    const stream = { logGroupName, logStreamName: 'i-1', limit: 2 };
    const tail = await logs.send(new GetLogEventsCommand(stream));
    expect(tail.events?.map(({ message }) => message)).to.deep.equal(['two', 'three']);
    const before = await logs.send(new GetLogEventsCommand({ ...stream, nextToken: tail.nextBackwardToken }));
    expect(before.events?.map(({ message }) => message)).to.deep.equal(['one']);
  });

  it('refuses events out of order, and names those too old or too new', async () => {
    await put('i-1', 'one');
    const send = (...times: number[]) =>
      logs.send(
        new PutLogEventsCommand({
          logGroupName,
          logStreamName: 'i-1',
          logEvents: times.map((timestamp) => ({ timestamp, message: 'x' })),
        }),
      );
    const now = cloud.clock.now();
    expect(await nameOf(send(now + 1, now))).to.equal('InvalidParameterException');
    expect(await nameOf(send(now - 2 * 86_400_000, now))).to.equal('InvalidParameterException');
    const old = await send(now - 15 * 86_400_000, now - 14 * 86_400_000);
    expect(old.rejectedLogEventsInfo).to.deep.equal({ tooOldLogEventEndIndex: 1 });
    const fresh = await send(now, now + 3 * 3_600_000);
    expect(fresh.rejectedLogEventsInfo).to.deep.equal({ tooNewLogEventStartIndex: 1 });
    expect(await filter()).to.have.length(3);
  });

  it('forgets what is older than the retention', async () => {
    await put('i-1', 'old');
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 }));
    cloud.clock.advance(25 * 3_600_000);
    await put('i-1', 'new');
    expect(await filter()).to.deep.equal(['i-1: new']);
    expect(
      await nameOf(logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 2 }))),
    ).to.equal('InvalidParameterException');
  });

  it('describes groups and streams, and keeps tags', async () => {
    await put('i-1', 'one');
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/shop' }));
    expect(logGroups.map((group) => [group.logGroupName, group.storedBytes])).to.deep.equal([
      [logGroupName, 29],
    ]);
    const { logStreams = [] } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
    expect(logStreams[0]?.lastEventTimestamp).to.equal(cloud.clock.now());

    const resourceArn = logGroups[0]?.logGroupArn ?? '';
    await logs.send(new TagResourceCommand({ resourceArn, tags: { owner: 'b' } }));
    const { tags } = await logs.send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).to.deep.equal({ team: 'a', owner: 'b' });
  });

  it("says with AWS's errors what is not there, or there already", async () => {
    expect(await nameOf(logs.send(new CreateLogGroupCommand({ logGroupName })))).to.equal(
      'ResourceAlreadyExistsException',
    );
    expect(await nameOf(filter({ logGroupName: '/none' }))).to.equal('ResourceNotFoundException');
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    expect(await nameOf(filter())).to.equal('ResourceNotFoundException');
  });
});
