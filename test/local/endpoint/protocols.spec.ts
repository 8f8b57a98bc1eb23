import { once } from 'node:events';
import { Readable } from 'node:stream';
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  CreateOrUpdateTagsCommand,
  type CreateOrUpdateTagsCommandInput,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeSecurityGroupsCommand,
  EC2Client,
  RunInstancesCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SQSClient, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect } from 'chai';
import {
  AwsError,
  type Call,
  type Operations,
  type Service,
  type ServiceName,
} from '../../../local/endpoint/service.ts';
import { startEndpoint, type TestCloud } from '../../support/endpoint.ts';
import { failure } from '../../support/failure.ts';

type Inputs = { name: string; input: unknown }[];

/** A service whose operations answer what a test says, and note what they were asked. */
function echoing(name: ServiceName, answers: Record<string, unknown>, seen: Inputs): () => Service {
  const operations: Operations = Object.fromEntries(
    Object.entries(answers).map(([operation, answer]) => [
      operation,
      (input: unknown) => {
        seen.push({ name: operation, input });
        if (answer instanceof Error) throw answer;
        return answer;
      },
    ]),
  );
  return () => ({ name, operations });
}

describe('endpoint protocols', () => {
  const seen: Inputs = [];
  let cloud: TestCloud;
  const date = new Date('2026-01-02T03:04:05.500Z');

  before(async () => {
    cloud = await startEndpoint({
      autoscaling: echoing(
        'autoscaling',
        {
          DescribeAutoScalingGroups: {
            AutoScalingGroups: [
              {
                AutoScalingGroupName: 'a<b>&"c"',
                MinSize: 1,
                Instances: [],
                Tags: [{ Key: 'k', Value: ' v ', PropagateAtLaunch: true }],
                CreatedTime: date,
              },
            ],
          },
          CreateOrUpdateTags: undefined,
        },
        seen,
      ),
      monitoring: echoing('monitoring', { PutMetricData: {} }, seen),
      ec2: echoing(
        'ec2',
        {
          DescribeSecurityGroups: {
            SecurityGroups: [
              {
                GroupId: 'sg-1',
                IpPermissions: [
                  {
                    IpProtocol: 'tcp',
                    FromPort: 80,
                    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
                    UserIdGroupPairs: [],
                  },
                ],
              },
            ],
          },
          RunInstances: { Instances: [{ InstanceId: 'i-1', State: { Name: 'pending', Code: 0 } }] },
          DescribeVpcs: new AwsError('InvalidVpcID.NotFound', "The vpc ID 'vpc-1' does not exist"),
        },
        seen,
      ),
      route53: echoing(
        'route53',
        {
          ChangeResourceRecordSets: {
            ChangeInfo: { Id: '/change/C1', Status: 'PENDING', SubmittedAt: date },
          },
          ListResourceRecordSets: {
            ResourceRecordSets: [{ Name: 'a.', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '1.2.3.4' }] }],
            IsTruncated: false,
            MaxItems: 100,
          },
        },
        seen,
      ),
      sqs: echoing(
        'sqs',
        {
          GetQueueUrl: new AwsError('QueueDoesNotExist', 'The specified queue does not exist.'),
          SendMessageBatch: {
            Successful: [{ Id: '1', MessageId: 'm', MD5OfMessageBody: '0cc175b9c0f1b6a831c399e269772661' }],
            Failed: [],
          },
        },
        seen,
      ),
      ssm: echoing(
        'ssm',
        { GetParameter: { Parameter: { Name: '/a', Value: 'é', LastModifiedDate: date, Version: 3 } } },
        seen,
      ),
    });
  });
  after(() => cloud.stop());
  beforeEach(() => seen.splice(0));

  it('speaks query: nested lists both ways, empty lists, text that needs escaping', async () => {
    const client = new AutoScalingClient(cloud.client);
    const found = await client.send(
      new DescribeAutoScalingGroupsCommand({
        AutoScalingGroupNames: ['a', 'b+ c'],
        Filters: [{ Name: 'tag:x', Values: ['1', '2'] }],
      }),
    );
    expect(seen[0]?.input).to.deep.equal({
      AutoScalingGroupNames: ['a', 'b+ c'],
      Filters: [{ Name: 'tag:x', Values: ['1', '2'] }],
    });
    expect(found.AutoScalingGroups?.[0]).to.deep.include({
      AutoScalingGroupName: 'a<b>&"c"',
      MinSize: 1,
      Instances: [],
      CreatedTime: date,
    });
    expect(found.AutoScalingGroups?.[0]?.Tags).to.deep.equal([
      { Key: 'k', Value: ' v ', PropagateAtLaunch: true },
    ]);
  });

  it('tells present and empty from absent', async () => {
    await new AutoScalingClient(cloud.client).send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [] }),
    );
    expect(seen[0]?.input).to.deep.equal({ AutoScalingGroupNames: [] });
  });

  it('names a missing required member as AWS does', async () => {
    const command = new CreateOrUpdateTagsCommand({
      Tags: [{ Value: 'x' }],
    } as unknown as CreateOrUpdateTagsCommandInput);
    const error = await failure(new AutoScalingClient(cloud.client).send(command));
    expect(error).to.deep.include({ name: 'ValidationError' });
    expect(error.message).to.contain("Value null at 'tags[0].Key'");
  });

  it('speaks EC2 query with its own names for members', async () => {
    const client = new EC2Client(cloud.client);
    const groups = await client.send(
      new DescribeSecurityGroupsCommand({ GroupIds: ['sg-1'], Filters: [{ Name: 'vpc-id', Values: ['v'] }] }),
    );
    expect(seen[0]?.input).to.deep.equal({
      GroupIds: ['sg-1'],
      Filters: [{ Name: 'vpc-id', Values: ['v'] }],
    });
    expect(groups.SecurityGroups?.[0]?.IpPermissions?.[0]).to.deep.include({
      FromPort: 80,
      UserIdGroupPairs: [],
      IpRanges: [{ CidrIp: '0.0.0.0/0' }],
    });
    const run = {
      ImageId: 'ami-1',
      MinCount: 1,
      MaxCount: 2,
      SecurityGroupIds: ['sg-1'],
      TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'a', Value: 'b' }] }],
      ClientToken: 't',
    };
    const instances = await client.send(new RunInstancesCommand(run));
    expect(seen[1]?.input).to.deep.equal(run);
    expect(instances.Instances?.[0]).to.deep.include({
      InstanceId: 'i-1',
      State: { Code: 0, Name: 'pending' },
    });
  });

  it('answers EC2 errors by their code, with a request id', async () => {
    const error = await failure(new EC2Client(cloud.client).send(new DescribeVpcsCommand({})));
    expect(error).to.include({ name: 'InvalidVpcID.NotFound', message: "The vpc ID 'vpc-1' does not exist" });
    expect(error.$metadata.requestId).to.match(/^[0-9a-f-]{36}$/);
  });

  it('speaks JSON 1.1 with times in seconds', async () => {
    const { Parameter } = await new SSMClient(cloud.client).send(
      new GetParameterCommand({ Name: '/a', WithDecryption: true }),
    );
    expect(Parameter).to.deep.include({ Value: 'é', LastModifiedDate: date, Version: 3 });
    expect(seen[0]?.input).to.deep.equal({ Name: '/a', WithDecryption: true });
  });

  it('speaks query-compatible JSON 1.0: the new name and the old code', async () => {
    const client = new SQSClient(cloud.client);
    const error = await failure(client.send(new GetQueueUrlCommand({ QueueName: 'x' })));
    expect(error.name).to.equal('QueueDoesNotExist');
    expect(error).to.have.nested.property('Error.Code', 'AWS.SimpleQueueService.NonExistentQueue');
    const binary = { StringValue: undefined, BinaryValue: Buffer.from([1, 2, 255]), DataType: 'Binary' };
    await client.send(
      new SendMessageBatchCommand({
        QueueUrl: `${cloud.origin}/1/x`,
        Entries: [{ Id: '1', MessageBody: 'a', MessageAttributes: { b: binary } }],
      }),
    );
    expect(seen[1]?.input)
      .to.have.nested.property('Entries[0].MessageAttributes.b.BinaryValue')
      .that.deep.equals(Buffer.from([1, 2, 255]));
  });

  it('unzips large CloudWatch bodies', async () => {
    const MetricData = Array.from({ length: 300 }, (_, index) => ({
      MetricName: `metric-${index}`,
      Value: index,
      Timestamp: date,
      Dimensions: [{ Name: 'a', Value: 'b' }],
    }));
    await new CloudWatchClient(cloud.client).send(new PutMetricDataCommand({ Namespace: 'N', MetricData }));
    expect(seen[0]?.input).to.deep.equal({ Namespace: 'N', MetricData });
  });

  it('speaks REST-XML both ways', async () => {
    const client = new Route53Client(cloud.client);
    const change = {
      Action: 'UPSERT' as const,
      ResourceRecordSet: {
        Name: 'a.b',
        Type: 'A' as const,
        AliasTarget: { DNSName: 'lb', EvaluateTargetHealth: false, HostedZoneId: 'Z2' },
      },
    };
    const { ChangeInfo } = await client.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: '/hostedzone/Z1',
        ChangeBatch: { Comment: '<&>', Changes: [change] },
      }),
    );
    expect(seen[0]?.input).to.deep.equal({
      HostedZoneId: 'Z1',
      ChangeBatch: { Comment: '<&>', Changes: [change] },
    });
    expect(ChangeInfo).to.deep.equal({ Id: '/change/C1', Status: 'PENDING', SubmittedAt: date });
    const { ResourceRecordSets } = await client.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: 'Z1', StartRecordName: 'a', MaxItems: 5 }),
    );
    expect(seen[1]?.input).to.deep.equal({ HostedZoneId: 'Z1', StartRecordName: 'a', MaxItems: 5 });
    expect(ResourceRecordSets).to.deep.equal([
      { Name: 'a.', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '1.2.3.4' }] },
    ]);
  });

  it('says 501 and our name to what it does not implement', async () => {
    const error = await failure(
      new SSMClient(cloud.client).send(new PutParameterCommand({ Name: 'a', Value: 'b' })),
    );
    expect(error.$metadata.httpStatusCode).to.equal(501);
    expect(error.message).to.equal('local cloud: ssm PutParameter is not implemented');
  });
});

describe('the answer to a caller that hung up', () => {
  it('is let go, with all that it would be read from', async () => {
    const body = new Readable({ read: () => undefined });
    const caller = new AbortController();
    const GetObject = (_: unknown, { signal }: Call) => {
      caller.abort();
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          resolve({ Body: body });
        });
      });
    };
    const cloud = await startEndpoint({ s3: () => ({ name: 's3', operations: { GetObject } }) });
    const client = new S3Client({ ...cloud.client, forcePathStyle: true });
    const command = new GetObjectCommand({ Bucket: 'bucket', Key: 'key' });
    const closed = once(body, 'close');
    expect((await failure(client.send(command, { abortSignal: caller.signal }))).name).to.equal('AbortError');
    await closed;
    await cloud.stop();
  });
});
