import { createHmac, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { EC2Client, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { S3Client, ListBucketsCommand } from '@aws-sdk/client-s3';
import { SQSClient, ListQueuesCommand } from '@aws-sdk/client-sqs';
import { SSMClient, GetParameterCommand } from '@aws-sdk/client-ssm';
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect } from 'chai';
import { authenticate } from '../../../local/endpoint/authenticate.ts';
import { HmacKey } from '../../../local/endpoint/hmac.ts';
import type { Request } from '../../../local/endpoint/request.ts';
import type { Call, Service, ServiceName } from '../../../local/endpoint/service.ts';
import { signatureOf } from '../../../local/endpoint/sigv4.ts';
import { ManualClock } from '../../../local/clock.ts';
import { startEndpoint, type ClientOptions, type TestCloud } from '../../support/endpoint.ts';
import { failure } from '../../support/failure.ts';

describe('endpoint signatures', () => {
  let cloud: TestCloud;
  let seen: Call | undefined;

  before(async () => {
    const answering = (name: ServiceName, operation: string) => (): Service => ({
      name,
      operations: {
        [operation]: (_: unknown, call: Call) => {
          seen = call;
          return {};
        },
      },
    });
    cloud = await startEndpoint({
      ec2: answering('ec2', 'DescribeVpcs'),
      s3: answering('s3', 'ListBuckets'),
      sqs: answering('sqs', 'ListQueues'),
      ssm: answering('ssm', 'GetParameter'),
      sts: answering('sts', 'GetCallerIdentity'),
    });
  });
  after(() => cloud.stop());

  const calls: Record<string, (options: ClientOptions) => Promise<unknown>> = {
    ec2: (options) => new EC2Client(options).send(new DescribeVpcsCommand({})),
    s3: (options) => new S3Client(options).send(new ListBucketsCommand({})),
    sqs: (options) => new SQSClient(options).send(new ListQueuesCommand({})),
    ssm: (options) => new SSMClient(options).send(new GetParameterCommand({ Name: 'a' })),
    sts: (options) => new STSClient(options).send(new GetCallerIdentityCommand({})),
  };

  const refusals: Record<string, { readonly unknown: string; readonly wrong: string }> = {
    ec2: { unknown: 'AuthFailure', wrong: 'AuthFailure' },
    s3: { unknown: 'InvalidAccessKeyId', wrong: 'SignatureDoesNotMatch' },
    sqs: { unknown: 'InvalidClientTokenId', wrong: 'SignatureDoesNotMatch' },
    ssm: { unknown: 'UnrecognizedClientException', wrong: 'InvalidSignatureException' },
    sts: { unknown: 'InvalidClientTokenId', wrong: 'SignatureDoesNotMatch' },
  };

  for (const [name, call] of Object.entries(calls)) {
    it(`tells ${name} who calls, and refuses others in its own words`, async () => {
      await call(cloud.client);
      expect(seen?.caller).to.deep.include({ kind: 'root', arn: 'arn:aws:iam::123456789012:root' });
      expect(seen?.origin).to.equal(cloud.origin);
      const { credentials } = cloud.client;
      const unknown = cloud.clientWith({ ...credentials, accessKeyId: 'AKIANOBODY0000000000' });
      expect((await failure(call(unknown))).name).to.equal(refusals[name]?.unknown);
      const wrong = cloud.clientWith({ ...credentials, secretAccessKey: 'wrong' });
      expect((await failure(call(wrong))).name).to.equal(refusals[name]?.wrong);
    });
  }

  it('refuses what is not signed', async () => {
    const answer = await fetch(`${cloud.origin}/bucket/key`);
    expect([answer.status, (await answer.text()).includes('<Code>AccessDenied</Code>')]).to.deep.equal([
      403,
      true,
    ]);
  });

  it('says 501 to a service it does not have', async () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00';
    const answer = await fetch(cloud.origin, { method: 'POST', headers: { authorization } });
    expect([
      answer.status,
      (await answer.text()).includes('local cloud: the service dynamodb is not implemented'),
    ]).to.deep.equal([501, true]);
  });

  describe('times', () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const refused = (minutes: number): string => {
      const date = new Date(clock.now() + minutes * 60_000).toISOString().replace(/[-:]|\.\d+/g, '');
      const headers = {
        'x-amz-date': date,
        authorization:
          'AWS4-HMAC-SHA256 Credential=A/20260101/r/sqs/aws4_request, SignedHeaders=host, Signature=00',
      };
      const request: Request = { method: 'POST', path: '/', rawQuery: '', query: new Map(), headers };
      try {
        authenticate({ clock, accessKey: () => undefined }, request, signatureOf(request), '', undefined);
        return '';
      } catch (error) {
        return (error as Error).name;
      }
    };

    it('may differ by 15 minutes', () => {
      expect([-16, -15, 0, 15, 16].map(refused)).to.deep.equal([
        'RequestTimeTooSkewed',
        'InvalidAccessKeyId',
        'InvalidAccessKeyId',
        'InvalidAccessKeyId',
        'RequestTimeTooSkewed',
      ]);
    });
  });

  it('makes the HMAC that everyone else makes', () => {
    for (const length of [0, 20, 64, 65, 200]) {
      const secret = randomBytes(length);
      const key = new HmacKey(secret);
      for (const message of ['', 'é', 'long'.repeat(300)]) {
        expect(key.hex(message)).to.equal(createHmac('sha256', secret).update(message).digest('hex'));
      }
    }
  });

  it('tells a handler that its caller has hung up', async () => {
    let begun = (_: Call): void => undefined;
    const beginning = new Promise<Call>((resolve) => (begun = resolve));
    const waiting: Service = {
      name: 'sqs',
      operations: {
        ListQueues: (_: unknown, call: Call) => {
          begun(call);
          return new Promise((resolve) => {
            call.signal.addEventListener('abort', () => {
              resolve({});
            });
          });
        },
      },
    };
    const other = await startEndpoint({ sqs: () => waiting });
    const abortController = new AbortController();
    const gone = new SQSClient(other.client).send(new ListQueuesCommand({}), {
      abortSignal: abortController.signal,
    });
    const { signal } = await beginning;
    expect(signal.aborted).to.equal(false);
    const aborted = new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    abortController.abort();
    expect((await failure(gone)).name).to.equal('AbortError');
    await aborted;
    await other.stop();
  });

  it('survives a request that is cut off', async () => {
    await new Promise<void>((resolve) => {
      const message = httpRequest(cloud.origin, { method: 'POST', headers: { 'content-length': '100' } });
      message.on('error', () => {
        resolve();
      });
      message.write('half', () => {
        message.destroy();
        resolve();
      });
    });
    await calls.sqs?.(cloud.client);
    expect(cloud.faults).to.deep.equal([]);
  });
});
