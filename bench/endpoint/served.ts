/** A process of its own: the endpoint with a durable store, or (`bare`) the plainest server Node can be. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../local/clock.ts';
import { createEndpoint } from '../../local/endpoint/endpoint.ts';
import type { Service, ServiceName } from '../../local/endpoint/service.ts';
import { createEc2 } from '../../local/services/ec2/service.ts';
import type { Identity } from '../../local/endpoint/identity.ts';
import { policyDocument } from '../../local/services/iam/policy/document.ts';
import type { AccessKey, Parts } from '../../local/services/parts.ts';
import { createS3 } from '../../local/services/s3/service.ts';
import { createSqs } from '../../local/services/sqs/service.ts';
import { createSsm } from '../../local/services/ssm/service.ts';
import { createOutages } from '../../local/outages.ts';
import { openStore } from '../../local/store.ts';

/** An access key of a role; it has root's secret. */
const roleKeyId = 'AKIABENCHROLE0000000';
const [, , kind = '', folder = '', accessKeyId = '', secretAccessKey = ''] = process.argv;
const port = kind === 'bare' ? await bare() : await endpoint();
process.on('SIGINT', () => process.exit());
console.log(`port ${port}`);

/** A role's session with as many statements as an instance's, of which the last ones allow what is asked here. */
function asRole(account: string): Omit<AccessKey, 'secretAccessKey'> {
  const tagged = { StringEquals: { 'aws:ResourceTag/stack': 'dev', 'aws:ResourceTag/environment': 'web' } };
  const others = Array.from({ length: 12 }, (_, index) => ({
    Effect: 'Allow',
    Action: [`autoscaling:Action${index}`, 's3:PutObject', 'ssm:GetParameter', 'sqs:SendMessage'],
    Resource: [`arn:aws:s3:::other-${index}/*`, `arn:aws:ssm:*:*:parameter/other/${index}/*`],
    Condition: tagged,
  }));
  const Action = ['sqs:*', 's3:*', 'ssm:*', 'ec2:Describe*'];
  const document = {
    Version: '2012-10-17',
    Statement: [...others, { Effect: 'Allow', Action, Resource: '*' }],
  };
  const text = JSON.stringify(document);
  const arn = `arn:aws:sts::${account}:assumed-role/web/i-1`;
  const caller = { kind: 'role', arn, userId: 'AROA:i-1', accessKeyId: roleKeyId, roleName: 'web' } as const;
  const identity = (): Identity => ({
    roleArn: `arn:aws:iam::${account}:role/web`,
    tags: {},
    policies: [policyDocument(text)],
  });
  return { caller, identity };
}

/** Reads the body and answers what is always the same. */
function bare(): Promise<number> {
  const text = JSON.stringify({ MessageId: 'x'.repeat(36), MD5OfMessageBody: 'y'.repeat(32) });
  const server = createServer((message: IncomingMessage, response: ServerResponse) => {
    message.resume();
    message.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(text.length) });
      response.end(text);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function endpoint(): Promise<number> {
  const account = '123456789012';
  const region = 'us-east-1';
  const store = openStore(join(folder, 'state.sqlite'));
  const services: Partial<Record<ServiceName, Service>> = {};
  const caller = { kind: 'root', arn: `arn:aws:iam::${account}:root`, userId: account, accessKeyId } as const;
  const accessKey = (id: string) =>
    id === accessKeyId
      ? { caller, secretAccessKey }
      : id === roleKeyId
        ? { ...asRole(account), secretAccessKey }
        : undefined;
  const opened = createEndpoint({
    services,
    store,
    clock: systemClock,
    account,
    region,
    accessKey,
    onFault: console.error,
  });
  const listening = await opened.listen({ port: 0 });
  const idle = new Proxy({}, { get: () => () => Promise.resolve() });
  const parts = {
    store,
    clock: systemClock,
    account,
    region,
    folder,
    origin: listening.origin,
    network: idle,
    instances: idle,
    outages: createOutages(),
    services,
  } as unknown as Parts;
  for (const service of [createEc2(parts), createS3(parts), createSqs(parts), createSsm(parts)])
    services[service.name] = service;
  for (const service of Object.values(services)) await service.start?.();
  return listening.port;
}
