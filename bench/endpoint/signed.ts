import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

export interface SignedRequest {
  readonly name: string;
  readonly bytes: Buffer;
}

interface Outgoing {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** Seen by a client instead of the network: keeps the signed request and goes no further. */
class Keeper {
  kept: Buffer = Buffer.alloc(0);

  handle(request: Outgoing): Promise<never> {
    const query = new URLSearchParams(request.query).toString();
    const body = Buffer.from(request.body ?? '');
    const headers = { ...request.headers, 'content-length': String(body.length) };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const head = `${request.method} ${request.path}${query && `?${query}`} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
    this.kept = Buffer.concat([Buffer.from(head), body]);
    return Promise.reject(new Error('kept'));
  }
}

export interface Target {
  readonly port: number;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const object = Buffer.alloc(10_240, 'beans ');

/** Makes what the requests need, and returns them signed for a target. */
export async function signedRequests({ port, credentials }: Target): Promise<SignedRequest[]> {
  const client = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials, maxAttempts: 1 };
  const sqs = new SQSClient(client);
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const ssm = new SSMClient(client);
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'bench' }));
  // Each caller has a bucket of its own.
  const Bucket = `bench-${credentials.accessKeyId.toLowerCase()}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  const parameter = { Name: '/bench/parameter', Value: 'a value', Type: 'String' as const, Overwrite: true };
  await ssm.send(new PutParameterCommand(parameter));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'object', Body: object }));
  const kept = async (
    name: string,
    send: (requestHandler: Keeper) => Promise<unknown>,
  ): Promise<SignedRequest> => {
    const keeper = new Keeper();
    await send(keeper).catch(() => undefined);
    return { name, bytes: keeper.kept };
  };
  return Promise.all([
    kept('SQS SendMessage 200 B', (requestHandler) =>
      new SQSClient({ ...client, requestHandler }).send(
        new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(200) }),
      ),
    ),
    kept('SQS ReceiveMessage', (requestHandler) =>
      new SQSClient({ ...client, requestHandler }).send(new ReceiveMessageCommand({ QueueUrl })),
    ),
    kept('S3 PutObject 10 kB', (requestHandler) =>
      new S3Client({ ...client, forcePathStyle: true, requestHandler }).send(
        new PutObjectCommand({ Bucket, Key: 'object', Body: object }),
      ),
    ),
    kept('S3 GetObject 10 kB', (requestHandler) =>
      new S3Client({ ...client, forcePathStyle: true, requestHandler }).send(
        new GetObjectCommand({ Bucket, Key: 'object' }),
      ),
    ),
    kept('SSM PutParameter', (requestHandler) =>
      new SSMClient({ ...client, requestHandler }).send(new PutParameterCommand(parameter)),
    ),
    kept('SSM GetParameter', (requestHandler) =>
      new SSMClient({ ...client, requestHandler }).send(new GetParameterCommand({ Name: parameter.Name })),
    ),
    kept('EC2 DescribeVpcs', (requestHandler) =>
      new EC2Client({ ...client, requestHandler }).send(new DescribeVpcsCommand({})),
    ),
  ]);
}
