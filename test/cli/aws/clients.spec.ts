import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { expect } from 'chai';
import { createClients } from '../../../cli/aws/clients.ts';
import { leaseMilliseconds, renewMilliseconds } from '../../../cli/deploy/lock.ts';

interface Limits {
  readonly connectionTimeout?: number;
  readonly socketTimeout?: number;
  readonly requestTimeout?: number;
}

/** Known once the first call is made. */
const limitsOf = ({ config: { requestHandler } }: { readonly config: { readonly requestHandler: object } }) =>
  (requestHandler as { httpHandlerConfigs(): Limits }).httpHandlerConfigs();

describe("the CLI's AWS clients", () => {
  const before = { ...process.env };
  after(() => {
    process.env = before;
  });

  it('give up a connection that is silent, however long a transfer may take', async () => {
    const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env.AWS_ACCESS_KEY_ID = 'AKIAEXAMPLE';
    process.env.AWS_SECRET_ACCESS_KEY = 'secret';
    const { s3, sqs } = createClients('eu-central-1');
    // What they make of this answer does not matter.
    await Promise.allSettled([s3.send(new ListBucketsCommand()), sqs.send(new ListQueuesCommand())]);
    server.close();
    for (const limits of [limitsOf(s3), limitsOf(sqs)]) {
      expect(limits.connectionTimeout).to.equal(5000);
      expect(limits.socketTimeout).to.be.within(1, 30_000);
      expect(limits.requestTimeout).to.equal(undefined);
    }
    const { socketTimeout = 0 } = limitsOf(s3);
    expect(renewMilliseconds + socketTimeout).to.be.below(leaseMilliseconds);
    s3.destroy();
    sqs.destroy();
  });
});
