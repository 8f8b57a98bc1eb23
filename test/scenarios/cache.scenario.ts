import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { awsOf, type Aws } from '../support/aws.ts';
import { until } from '../support/client.ts';
import { newest } from '../support/metrics.ts';
import { startCloud, type TestCloud } from '../support/cloud.ts';
import {
  launchMachine,
  makeVpc,
  powerCut,
  processesIn,
  type Machine,
  type TestVpc,
} from '../support/machines.ts';

/** A cache of three real servers over zones, and a client on an instance that reconnects by itself. */
describe('a cache', function () {
  this.timeout(60_000);
  let cloud: TestCloud;
  let aws: Aws;
  let vpc: TestVpc;
  let client: Machine;
  let host: string;

  before(async () => {
    // A CloudWatch minute takes five seconds.
    cloud = await startCloud({ start: ['--time-lapse', '12'] });
    aws = awsOf(cloud);
    vpc = await makeVpc(aws, ['a', 'b']);
    const clients = await vpc.group('clients');
    const caches = await vpc.group('caches', { port: 6379, from: clients });
    await aws.elasticache.createCacheSubnetGroup({
      CacheSubnetGroupName: 'shop',
      CacheSubnetGroupDescription: 'caches',
      SubnetIds: [...vpc.subnets],
    });
    await aws.elasticache.createReplicationGroup({
      ReplicationGroupId: 'shop',
      ReplicationGroupDescription: 'sessions',
      CacheNodeType: 'cache.t4g.micro',
      CacheSubnetGroupName: 'shop',
      SecurityGroupIds: [caches],
      Engine: 'valkey',
      NumCacheClusters: 3,
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
      TransitEncryptionEnabled: true,
    });
    client = await launchMachine(cloud, aws, { subnet: vpc.subnets[0] ?? '', groups: [clients] });
    await available();
    host = (await nodes())?.PrimaryEndpoint?.Address ?? '';
    await client.install('opt/client.js', join(import.meta.dirname, 'cache/client.ts'));
  });
  after(() => cloud.remove());

  const group = async () =>
    (await aws.elasticache.describeReplicationGroups({ ReplicationGroupId: 'shop' })).ReplicationGroups?.[0];
  const nodes = async () => (await group())?.NodeGroups?.[0];
  const available = () =>
    until('the group is available', 20, async () => (await group())?.Status === 'available');
  const primary = async () =>
    (await nodes())?.NodeGroupMembers?.find(({ CurrentRole }) => CurrentRole === 'primary')?.CacheClusterId;
  const node = (...args: string[]) =>
    client.run(`env -u NODE_EXTRA_CA_CERTS NODE_USE_SYSTEM_CA=1 node /opt/client.js ${args.join(' ')}`);

  /** Kills the server of a node, which runs in the folder of the node's host. */
  function killServer(nodeId: string): void {
    const database = new DatabaseSync(join(cloud.folder, 'region/state.sqlite'), { readOnly: true });
    const [row] = database
      .prepare("select value from item where collection = 'elasticache.replicationGroup'")
      .all() as { value: string }[];
    database.close();
    const { nodes: all } = JSON.parse(row?.value ?? '{}') as { nodes: { id: string; hostId: string }[] };
    const hostId = all.find(({ id }) => id === nodeId)?.hostId ?? '';
    for (const pid of processesIn(join(cloud.folder, 'region/run/elasticache', hostId)))
      process.kill(pid, 'SIGKILL');
  }

  it('answers over TLS that a client of the system trusts, by its own names only', async () => {
    expect(await node('once', `rediss://${host}:6379`, 'set', 'a', '1')).to.equal('OK');
    const reader = (await nodes())?.ReaderEndpoint?.Address ?? '';
    await until('the replica has it', 5, async () => {
      return (await node('once', `rediss://${reader}:6379`, 'get', 'a')) === '1';
    });
    expect(await node('once', `rediss://${reader}:6379`, 'set', 'a', '2')).to.contain('READONLY');
    const [address] = (await client.run(`getent hosts ${host}`)).split(' ');
    expect(await node('once', `rediss://${address}:6379`, 'get', 'a')).to.contain('does not match');
    expect(
      await client.run(`env -u NODE_EXTRA_CA_CERTS node /opt/client.js once rediss://${host}:6379 get a`),
    ).to.contain('self-signed');
    expect(await node('once', `redis://${host}:6379`, 'get', 'a')).to.not.equal('1');
    expect(await node('once', `rediss://${host}:6379`, 'config', 'get', 'dir')).to.contain('NOPERM');
  });

  it('is measured: how busy its servers are, what they hold, how far replicas are behind', async () => {
    const replica = (await primary()) === 'shop-001' ? 'shop-002' : 'shop-001';
    const of = (name: string) => newest(aws, 'AWS/ElastiCache', name, 'CacheClusterId', replica);
    await until('CloudWatch has measured it', 60, async () => {
      expect(await of('EngineCPUUtilization')).to.be.within(0, 100);
      expect(await of('DatabaseMemoryUsagePercentage')).to.be.within(0.01, 50);
      expect(await of('ReplicationLag')).to.be.within(0, 10);
      expect(await of('Evictions')).to.equal(0);
      return true;
    });
  });

  it('is reached only from where its security group allows', async () => {
    const strangers = await vpc.group('strangers');
    const stranger = await launchMachine(cloud, aws, { subnet: vpc.subnets[1] ?? '', groups: [strangers] });
    const knock = `timeout 3 bash -c '</dev/tcp/${host}/6379' && echo open || echo closed`;
    expect(await client.run(knock)).to.equal('open');
    expect(await stranger.run(knock)).to.contain('closed');
  });

  for (const way of ['TestFailover', 'the death of its primary'] as const)
    it(`is written to again within three seconds of ${way}`, async () => {
      const before = await primary();
      await client.run('rm -f /tmp/watching');
      const watching = node('watch', `rediss://${host}:6379`, '3500');
      await until('it writes', 10, async () => (await client.run('cat /tmp/watching')) === 'yes');
      if (way === 'TestFailover')
        await aws.elasticache.testFailover({ ReplicationGroupId: 'shop', NodeGroupId: '0001' });
      else killServer(before ?? '');
      const seen = JSON.parse(await watching) as { gapMilliseconds: number; written: number; lost: number };
      console.log(
        `      ${way}: ${seen.gapMilliseconds} ms without a write, ${seen.lost} of ${seen.written} lost`,
      );
      expect(seen.gapMilliseconds).to.be.greaterThan(0).and.to.be.below(3000);
      await available();
      expect(await primary()).to.not.equal(before);
      const roles = (await nodes())?.NodeGroupMembers?.map(({ CurrentRole }) => CurrentRole).sort();
      expect(roles).to.deep.equal(['primary', 'replica', 'replica']);
    });

  it('comes back after a power cut of the cloud', async () => {
    const before = await primary();
    await powerCut(cloud);
    await until('it answers', 30, async () => {
      const answer = await node('once', `rediss://${host}:6379`, 'set', 'b', '1').catch(() => '');
      return answer === 'OK';
    });
    expect(await primary()).to.equal(before);
  });
});
