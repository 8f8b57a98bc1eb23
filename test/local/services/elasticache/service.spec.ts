import { ElastiCache } from '@aws-sdk/client-elasticache';
import { expect } from 'chai';
import type { Authority } from '../../../../local/authority.ts';
import { createElastiCache } from '../../../../local/services/elasticache/service.ts';
import { addSubnets, failure, startRegion, type TestRegion } from '../../../support/region.ts';
import { FakePlane } from './plane.ts';

describe('ElastiCache', () => {
  let region: TestRegion;
  let cache: ElastiCache;
  let plane: FakePlane;

  beforeEach(async () => {
    region = await startRegion({
      elasticache: (parts) =>
        createElastiCache({ ...parts, authority }, (_, events) => (plane = new FakePlane(events))),
    });
    cache = new ElastiCache(region.client);
    const SubnetIds = addSubnets(region, 'a', 'b');
    await cache.createCacheSubnetGroup({
      CacheSubnetGroupName: 'Shop',
      CacheSubnetGroupDescription: 'where caches are',
      SubnetIds,
    });
    giveEachHostItsAddress(region);
  });
  afterEach(async () => {
    cache.destroy();
    await region.close();
  });

  const base = {
    ReplicationGroupId: 'Shop',
    ReplicationGroupDescription: 'sessions',
    CacheNodeType: 'cache.t4g.micro',
    CacheSubnetGroupName: 'shop',
    Engine: 'valkey',
  };
  const available = {
    ...base,
    NumCacheClusters: 3,
    AutomaticFailoverEnabled: true,
    MultiAZEnabled: true,
    TransitEncryptionEnabled: true,
  };
  const describe1 = async () => {
    const { ReplicationGroups } = await cache.describeReplicationGroups({ ReplicationGroupId: 'shop' });
    return ReplicationGroups?.[0];
  };
  const roles = async () =>
    Object.fromEntries(
      (await describe1())?.NodeGroups?.[0]?.NodeGroupMembers?.map(({ CacheClusterId, CurrentRole }) => [
        CacheClusterId,
        CurrentRole,
      ]) ?? [],
    ) as Record<string, string>;
  const settled = async () => {
    await region.settle();
    await region.settle();
    expect((await describe1())?.Status).to.equal('available');
  };
  async function create(input: object = available): Promise<void> {
    await cache.createReplicationGroup({ ...base, ...input });
    await settled();
  }
  const resolve = (name: string | undefined) => region.parts.services.elasticache.resolve(name ?? '');

  it('measures what its servers say of themselves', async () => {
    await create();
    plane.info = {
      used_cpu_sys: '1.5',
      used_cpu_user: '2.5',
      evicted_keys: '4',
      keyspace_hits: '9',
      keyspace_misses: '1',
      used_memory: '512',
      maxmemory: '1024',
      connected_clients: '3',
      db0: 'keys=7,expires=0,avg_ttl=0',
    };
    const measured = await region.parts.services.elasticache.measure();
    expect(measured.map(({ node, lagSeconds }) => [node, lagSeconds])).to.deep.equal([
      ['shop-001', undefined],
      ['shop-002', 1],
      ['shop-003', 1],
    ]);
    expect(measured[0]).to.deep.equal({
      node: 'shop-001',
      cpuSeconds: 4,
      evictions: 4,
      hits: 9,
      misses: 1,
      items: 7,
      // One of them is who asks.
      usedMemoryBytes: 512,
      totalMemoryBytes: 1024,
      connections: 2,
    });
  });

  it('makes a group over zones whose names lead to its nodes', async () => {
    await create();
    const group = await describe1();
    expect(group).to.deep.include({
      ReplicationGroupId: 'shop',
      MemberClusters: ['shop-001', 'shop-002', 'shop-003'],
      AutomaticFailover: 'enabled',
      MultiAZ: 'enabled',
      Engine: 'valkey',
      AtRestEncryptionEnabled: true,
    });
    const [nodes] = group?.NodeGroups ?? [];
    const { Address: primary = '' } = nodes?.PrimaryEndpoint ?? {};
    expect(primary).to.match(/^master\.shop\.[0-9a-z]{6}\.euc1\.cache\.amazonaws\.com$/);
    expect(nodes?.NodeGroupMembers?.map((one) => one.PreferredAvailabilityZone)).to.deep.equal([
      'eu-central-1a',
      'eu-central-1b',
      'eu-central-1a',
    ]);
    expect(resolve(primary)).to.deep.equal(['10.0.0.1']);
    expect(resolve(nodes?.ReaderEndpoint?.Address)).to.deep.equal(['10.0.0.2', '10.0.0.3']);
    expect(resolve(nodes?.NodeGroupMembers?.[2]?.ReadEndpoint?.Address)).to.deep.equal(['10.0.0.3']);
    expect(resolve('master.other.abcdef.euc1.cache.amazonaws.com')).to.equal(undefined);
    expect([...plane.servers.values()].every(({ model }) => model.tls !== undefined)).to.equal(true);
    const { CacheClusters } = await cache.describeCacheClusters({ ShowCacheNodeInfo: true });
    expect(CacheClusters?.map(({ CacheClusterStatus }) => CacheClusterStatus)).to.deep.equal(
      Array(3).fill('available'),
    );
    expect(CacheClusters?.[0]?.EngineVersion).to.equal('8.1.0');
  });

  it('fails over to the replica that has most, and takes the dead node back as a replica', async () => {
    await create();
    const [, second] = [...plane.servers.keys()];
    plane.lag.set(second ?? '', 7);
    region.parts.services.elasticache.crash('shop-001');
    await settled();
    expect(await roles()).to.deep.equal({
      'shop-001': 'replica',
      'shop-002': 'replica',
      'shop-003': 'primary',
    });
    expect([...plane.servers.values()].map(({ primary }) => primary).sort()).to.deep.equal([
      '10.0.0.3',
      '10.0.0.3',
      undefined,
    ]);
    const group = await describe1();
    expect(resolve(group?.NodeGroups?.[0]?.PrimaryEndpoint?.Address)).to.deep.equal(['10.0.0.3']);
    const { Events } = await cache.describeEvents({ SourceType: 'replication-group' });
    expect(Events?.at(-1)?.Message).to.contain('Failover from master node shop-001 to replica node shop-003');
  });

  it('does without the nodes of a zone that is down, and takes them back when it is up', async () => {
    await create();
    const { outages } = region.parts;
    const { CacheClusters } = await cache.describeCacheClusters({ ShowCacheNodeInfo: true });
    const zone = CacheClusters?.[0]?.PreferredAvailabilityZone ?? '';
    await outages.begin(zone);
    await settled();
    const elsewhere = CacheClusters?.filter(
      ({ PreferredAvailabilityZone }) => PreferredAvailabilityZone !== zone,
    );
    expect(plane.servers.size).to.equal(elsewhere?.length).and.be.lessThan(3);
    expect(Object.values(await roles())).to.include('primary');
    expect((await roles())['shop-001']).not.to.equal('primary');
    await outages.end(zone);
    await settled();
    expect(plane.servers.size).to.equal(3);
    expect((await roles())['shop-001']).to.equal('replica');
  });

  it('takes a primary away for TestFailover, only where failover is automatic', async () => {
    await create();
    await cache.testFailover({ ReplicationGroupId: 'shop', NodeGroupId: '0001' });
    await settled();
    expect((await roles())['shop-001']).to.equal('replica');
    await cache.modifyReplicationGroup({
      ReplicationGroupId: 'shop',
      AutomaticFailoverEnabled: false,
      MultiAZEnabled: false,
      ApplyImmediately: true,
    });
    await settled();
    const refused = await failure(cache.testFailover({ ReplicationGroupId: 'shop', NodeGroupId: '0001' }));
    expect(refused.name).to.equal('InvalidParameterCombinationException');
  });

  it('keeps the primary and its data where failover is not automatic', async () => {
    await create({ NumCacheClusters: 2 });
    plane.calls.length = 0;
    const [first] = [...plane.servers.keys()];
    region.parts.services.elasticache.crash('shop-001');
    await settled();
    expect(await roles()).to.deep.equal({ 'shop-001': 'primary', 'shop-002': 'replica' });
    // It followed its replica until it had the data.
    expect(plane.calls).to.deep.equal([`start ${first}`, `lead ${first}`]);
  });

  it('changes the number of replicas and which node is the primary', async () => {
    await create({ NumCacheClusters: 1 });
    const group = { ReplicationGroupId: 'shop', ApplyImmediately: true };
    await cache.increaseReplicaCount({ ...group, NewReplicaCount: 2 });
    await settled();
    expect(Object.keys(await roles())).to.have.length(3);
    await cache.modifyReplicationGroup({ ...group, PrimaryClusterId: 'shop-002' });
    await settled();
    await cache.decreaseReplicaCount({ ...group, ReplicasToRemove: ['shop-001'] });
    await settled();
    expect(await roles()).to.deep.equal({ 'shop-002': 'primary', 'shop-003': 'replica' });
    expect(plane.servers.size).to.equal(2);
    expect(region.ec2.hosts.size).to.equal(2);
    const refused = await failure(cache.decreaseReplicaCount({ ...group, ReplicasToRemove: ['shop-002'] }));
    expect(refused.message).to.contain('shop-002 is not a replica');
  });

  it('rotates the AUTH token: two are valid until one is set', async () => {
    const [old, new1] = ['a-token-of-sixteen', 'another-token-of-16'];
    await create({ TransitEncryptionEnabled: true, AuthToken: old });
    const tokens = () => [...plane.servers.values()].map(({ model }) => model.authTokens)[0];
    expect(tokens()).to.deep.equal([old]);
    const change = { ReplicationGroupId: 'shop', AuthToken: new1, ApplyImmediately: true };
    await cache.modifyReplicationGroup({ ...change, AuthTokenUpdateStrategy: 'ROTATE' });
    await settled();
    expect(tokens()).to.deep.equal([new1, old]);
    await cache.modifyReplicationGroup({ ...change, AuthTokenUpdateStrategy: 'SET' });
    await settled();
    expect(tokens()).to.deep.equal([new1]);
  });

  it('gives parameters to running servers, and refuses what is not allowed', async () => {
    await cache.createCacheParameterGroup({
      CacheParameterGroupName: 'lru',
      CacheParameterGroupFamily: 'valkey8',
      Description: 'evicts anything',
    });
    await create({ CacheParameterGroupName: 'lru' });
    const set = (ParameterName: string, ParameterValue: string) =>
      cache.modifyCacheParameterGroup({
        CacheParameterGroupName: 'lru',
        ParameterNameValues: [{ ParameterName, ParameterValue }],
      });
    await set('maxmemory-policy', 'allkeys-lru');
    await set('reserved-memory-percent', '50');
    await settled();
    const [server] = [...plane.servers.values()];
    expect(server?.model.settings).to.include({
      'maxmemory-policy': 'allkeys-lru',
      maxmemory: String(2 ** 28),
    });
    expect((await failure(set('maxmemory-policy', 'sometimes'))).name).to.equal(
      'InvalidParameterValueException',
    );
    expect((await failure(set('timeout', '5'))).message).to.contain('0,20-');
    const { Parameters } = await cache.describeCacheParameters({
      CacheParameterGroupName: 'lru',
      Source: 'user',
    });
    expect(Parameters?.map(({ ParameterName }) => ParameterName)).to.deep.equal([
      'maxmemory-policy',
      'reserved-memory-percent',
    ]);
    const inUse = await failure(cache.deleteCacheParameterGroup({ CacheParameterGroupName: 'lru' }));
    expect(inUse.name).to.equal('InvalidCacheParameterGroupStateFault');
  });

  it('comes back after a power cut as it was', async () => {
    await create();
    region.parts.services.elasticache.crash('shop-001');
    await settled();
    region = await region.restart();
    cache = new ElastiCache(region.client);
    await settled();
    expect(plane.servers.size).to.equal(3);
    expect((await roles())['shop-002']).to.equal('primary');
  });

  it('deletes a group with its nodes, and then its subnet group', async () => {
    await create();
    const subnetGroup = { CacheSubnetGroupName: 'shop' };
    expect((await failure(cache.deleteCacheSubnetGroup(subnetGroup))).name).to.equal('CacheSubnetGroupInUse');
    const { ReplicationGroup } = await cache.deleteReplicationGroup({ ReplicationGroupId: 'shop' });
    expect(ReplicationGroup?.Status).to.equal('deleting');
    await region.settle();
    expect((await failure(describe1())).name).to.equal('ReplicationGroupNotFoundFault');
    expect(plane.servers.size + region.ec2.hosts.size).to.equal(0);
    await cache.deleteCacheSubnetGroup(subnetGroup);
    expect((await failure(cache.describeCacheSubnetGroups(subnetGroup))).name).to.equal(
      'CacheSubnetGroupNotFoundFault',
    );
  });

  it('keeps tags, which the nodes share', async () => {
    await create({ Tags: [{ Key: 'team', Value: 'shop' }], NumCacheClusters: 1 });
    const arn = (await describe1())?.ARN ?? '';
    await cache.addTagsToResource({ ResourceName: arn, Tags: [{ Key: 'stage', Value: 'prod' }] });
    await cache.removeTagsFromResource({ ResourceName: arn, TagKeys: ['team'] });
    const node = arn.replace('replicationgroup:shop', 'cluster:shop-001');
    expect((await cache.listTagsForResource({ ResourceName: node })).TagList).to.deep.equal([
      { Key: 'stage', Value: 'prod' },
    ]);
  });

  const bad: readonly (readonly [string, object, string])[] = [
    ['an unknown node type', { CacheNodeType: 'cache.huge' }, 'InvalidParameterValueException'],
    ['an unknown engine', { Engine: 'memcached' }, 'InvalidParameterValueException'],
    ['seven nodes', { NumCacheClusters: 7 }, 'InvalidParameterValueException'],
    [
      'failover without a replica',
      { AutomaticFailoverEnabled: true },
      'InvalidParameterCombinationException',
    ],
    ['Multi-AZ without failover', { MultiAZEnabled: true }, 'InvalidParameterCombinationException'],
    [
      'a token without encryption',
      { AuthToken: 'a-token-of-sixteen' },
      'InvalidParameterCombinationException',
    ],
    [
      'a short token',
      { AuthToken: 'short', TransitEncryptionEnabled: true },
      'InvalidParameterValueException',
    ],
    [
      'a zone without subnet',
      { PreferredCacheClusterAZs: ['eu-central-1c'] },
      'InvalidParameterValueException',
    ],
    [
      'a parameter group of another family',
      { CacheParameterGroupName: 'default.redis7' },
      'InvalidParameterCombinationException',
    ],
    ['an unknown subnet group', { CacheSubnetGroupName: 'no' }, 'CacheSubnetGroupNotFoundFault'],
    ['an unknown security group', { SecurityGroupIds: ['sg-9'] }, 'InvalidParameterValueException'],
    ['backups, which there are none of', { SnapshotRetentionLimit: 3 }, 'UnsupportedOperation'],
    ['cluster mode', { NumNodeGroups: 2 }, 'UnsupportedOperation'],
    ['a topic', { NotificationTopicArn: 'arn:aws:sns:eu-central-1:1:x' }, 'UnsupportedOperation'],
  ];
  for (const [what, input, name] of bad)
    it(`refuses ${what}`, async () => {
      expect((await failure(cache.createReplicationGroup({ ...base, ...input }))).name).to.equal(name);
      expect((await cache.describeReplicationGroups({})).ReplicationGroups).to.deep.equal([]);
    });

  it('refuses a second group of the same name, and changes while one is under way', async () => {
    const { promise, resolve: release } = Promise.withResolvers<undefined>();
    plane.hold = promise;
    await cache.createReplicationGroup(available);
    expect((await failure(cache.createReplicationGroup(available))).name).to.equal(
      'ReplicationGroupAlreadyExistsFault',
    );
    const change = { ReplicationGroupId: 'shop', ReplicationGroupDescription: 'new', ApplyImmediately: true };
    const refused = await failure(cache.modifyReplicationGroup(change));
    expect(refused.name).to.equal('InvalidReplicationGroupStateFault');
    release(undefined);
    await settled();
    await cache.modifyReplicationGroup(change);
  });
});

/** Makes certificates at once. */
const authority: Authority = {
  rootCertificate: async () => 'root',
  issue: async () => ({ certificate: 'certificate', privateKey: 'key', chain: 'root', serialNumber: '1' }),
};

/** The region's EC2 gives all hosts the same address; here each has its own. */
function giveEachHostItsAddress({ ec2 }: TestRegion): void {
  const make = ec2.service.createInterfaces.bind(ec2.service);
  let last = 0;
  Object.assign(ec2.service, {
    createInterfaces: async (...given: Parameters<typeof make>) => {
      const [made] = await make(...given);
      return [{ ...made, privateAddress: `10.0.0.${++last}` }];
    },
  });
}
