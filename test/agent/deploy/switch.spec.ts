import { expect } from 'chai';
import { connectionsOn } from '../../../agent/deploy/connections.ts';
import { drained } from '../../../agent/deploy/drain.ts';
import { firstPort, lastPort, switchRules } from '../../../agent/deploy/switch.ts';
import { processEnvironment } from '../../../agent/deploy/environment.ts';
import { testClock } from '../support/test-clock.ts';
import { webDescriptor } from '../support/machine.ts';

describe('the switch', () => {
  it('replaces the one rule in one transaction', () => {
    const lines = switchRules(5103).trim().split('\n');
    expect(lines.at(-2)).to.equal('flush chain ip beanpole_agent live');
    expect(lines.at(-1)).to.include('tcp dport 5000 redirect to :5103');
  });

  it('gives processes ports below those of outgoing connections', () => {
    expect(firstPort).to.be.greaterThan(5001);
    expect(lastPort).to.be.lessThan(32_768);
  });

  it('counts connections of a port that may carry a request, of both address families', () => {
    const table = `  sl  local_address rem_address   st
   0: 0100007F:13ED 00000000:0000 0A 00000000:00000000
   1: 0100007F:13ED 0100007F:9C40 01 00000000:00000000
   2: 0000000000000000FFFF00000100007F:13ED 0000000000000000FFFF00000100007F:9C41 08 00000000
   3: 0100007F:13ED 0100007F:9C42 06 00000000:00000000
   4: 0100007F:9C40 0100007F:13ED 01 00000000:00000000
   5: 0100007F:13EE 0100007F:9C43 01 00000000:00000000
`;
    expect(connectionsOn(0x13ed, table)).to.equal(2);
  });

  it('drains until two looks in a row find nothing', async () => {
    const counts = [3, 0, 1, 0, 0, 9];
    const isQuiet = await drained({
      clock: testClock(),
      openConnections: async () => counts.shift() ?? 0,
      timeoutMilliseconds: 5000,
    });
    expect([isQuiet, counts]).to.deep.equal([true, [9]]);
  });

  it('gives up draining when the time is over', async () => {
    expect(
      await drained({ clock: testClock(), openConnections: async () => 1, timeoutMilliseconds: 5000 }),
    ).to.equal(false);
  });
});

describe('the environment of a process', () => {
  const identity = { instanceId: 'i-1', availabilityZone: 'eu-central-1a', privateIp: '10.0.0.5' };
  const made = processEnvironment({
    inherited: {
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      NODE_EXTRA_CA_CERTS: '/etc/authority.pem',
      BEANPOLE_SLOT: 'blue',
      MALLOC_ARENA_MAX: '1',
      LANG: 'C',
    },
    descriptor: { ...webDescriptor, workerQueueUrl: 'http://queue' },
    identity,
    versionLabel: 'v1',
    properties: { NODE_ENV: 'test', PORT: '80', INSTANCE_ID: 'me', GREETING: '' },
    folder: '/var/app/releases/x',
    port: 5101,
    nodeFolder: '/node/bin',
  });

  it('holds what Elastic Beanstalk gives, and AWS as the agent sees it', () => {
    expect(made).to.include({
      PORT: '5101',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      NODE_EXTRA_CA_CERTS: '/etc/authority.pem',
      WORKER_QUEUE_URL: 'http://queue',
      INSTANCE_ID: 'i-1',
      AVAILABILITY_ZONE: 'eu-central-1a',
      VERSION_LABEL: 'v1',
      LANG: 'C',
    });
  });

  it('takes properties, an empty one too, but not against the agent', () => {
    expect(made).to.include({ NODE_ENV: 'test', GREETING: '' });
    expect(made).to.not.have.any.keys('BEANPOLE_SLOT', 'MALLOC_ARENA_MAX');
  });
});
