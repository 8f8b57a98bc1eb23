import { availableParallelism } from 'node:os';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { expect } from 'chai';
import type { Service } from '../../../../local/endpoint/service.ts';
import { createCloudWatch } from '../../../../local/services/cloudwatch/service.ts';
import type { CacheMeasure, DatabaseMeasure } from '../../../../local/services/parts.ts';
import { startRegion, type TestRegion } from '../../../support/region.ts';

const gib = 2 ** 30;

/** Services that only say what is measured of them. */
const measuring = (name: string, measure: () => readonly object[]) => () =>
  ({ name, operations: {}, measure: async () => measure() }) as Service;

describe("data services' own metrics", () => {
  let region: TestRegion;
  let cloudWatch: CloudWatch;
  let databases: DatabaseMeasure[] = [];
  let nodes: CacheMeasure[] = [];
  let files: { id: string; bytes: number }[] = [];
  beforeEach(async () => {
    [databases, nodes, files] = [[], [], []];
    region = await startRegion({
      monitoring: createCloudWatch,
      rds: measuring('rds', () => databases),
      elasticache: measuring('elasticache', () => nodes),
      elasticfilesystem: measuring('elasticfilesystem', () => files),
    });
    cloudWatch = new CloudWatch(region.client);
  });
  afterEach(async () => {
    cloudWatch.destroy();
    await region.close();
  });

  const minute = async () => {
    region.clock.advance(60_000);
    await region.settle();
  };
  const read = async (Namespace: string, MetricName: string, dimensions: Record<string, string>) =>
    (
      await cloudWatch.getMetricStatistics({
        Namespace,
        MetricName,
        Period: 60,
        Statistics: ['Average'],
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        StartTime: new Date(region.clock.now() - 600_000),
        EndTime: new Date(region.clock.now() + 60_000),
      })
    ).Datapoints?.map(({ Average }) => Average);

  const instance: DatabaseMeasure = {
    instance: 'shop',
    cpuSeconds: 10,
    memoryBytes: gib / 4,
    totalMemoryBytes: gib,
    connections: 7,
    freeStorageBytes: 19 * gib,
  };

  it('tell of an RDS instance how busy and how full it is', async () => {
    databases = [instance];
    await minute();
    databases = [{ ...instance, cpuSeconds: 10 + 15 * availableParallelism() }];
    await minute();
    const shop = { DBInstanceIdentifier: 'shop' };
    expect(await read('AWS/RDS', 'CPUUtilization', shop)).to.deep.equal([25]);
    expect(await read('AWS/RDS', 'DatabaseConnections', shop)).to.deep.equal([7, 7]);
    expect(await read('AWS/RDS', 'FreeableMemory', shop)).to.deep.equal([0.75 * gib, 0.75 * gib]);
    expect(await read('AWS/RDS', 'FreeStorageSpace', shop)).to.deep.equal([19 * gib, 19 * gib]);
    expect(await read('AWS/RDS', 'ReplicaLag', shop)).to.deep.equal([]);
  });

  it('leave a gap in the CPU where a server was started anew', async () => {
    databases = [instance];
    await minute();
    databases = [{ ...instance, cpuSeconds: 1 }];
    await minute();
    expect(await read('AWS/RDS', 'CPUUtilization', { DBInstanceIdentifier: 'shop' })).to.deep.equal([]);
  });

  it('tell of an Aurora reader how far it is behind, and of a serverless one how large it is', async () => {
    const { freeStorageBytes: _, ...member } = instance;
    const reader: DatabaseMeasure = {
      ...member,
      cluster: 'shop-cluster',
      role: 'READER',
      lagSeconds: 2,
      memoryBytes: 3 * gib,
      totalMemoryBytes: 8 * gib,
      capacity: { minCapacity: 0.5, maxCapacity: 4 },
    };
    databases = [reader];
    await minute();
    await minute();
    const own = { DBInstanceIdentifier: 'shop' };
    expect((await read('AWS/RDS', 'AuroraReplicaLag', own))?.[0]).to.equal(2000);
    expect(await read('AWS/RDS', 'ServerlessDatabaseCapacity', own)).to.deep.equal([1.5]);
    const ofReaders = { DBClusterIdentifier: 'shop-cluster', Role: 'READER' };
    expect(await read('AWS/RDS', 'ACUUtilization', ofReaders)).to.deep.equal([37.5]);
  });

  it('tell of a cache node what its server says of itself', async () => {
    const node: CacheMeasure = {
      node: 'sessions-002',
      cpuSeconds: 1,
      evictions: 5,
      hits: 10,
      misses: 1,
      items: 3,
      connections: 2,
      usedMemoryBytes: gib / 2,
      totalMemoryBytes: gib,
      lagSeconds: 1,
    };
    nodes = [node];
    await minute();
    nodes = [{ ...node, cpuSeconds: 7, evictions: 9, hits: 30 }];
    await minute();
    const own = { CacheClusterId: 'sessions-002', CacheNodeId: '0001' };
    expect(await read('AWS/ElastiCache', 'EngineCPUUtilization', own)).to.deep.equal([10]);
    expect(await read('AWS/ElastiCache', 'Evictions', own)).to.deep.equal([0, 4]);
    expect(await read('AWS/ElastiCache', 'CacheHits', own)).to.deep.equal([0, 20]);
    expect(await read('AWS/ElastiCache', 'DatabaseMemoryUsagePercentage', own)).to.deep.equal([50, 50]);
    expect(await read('AWS/ElastiCache', 'ReplicationLag', own)).to.deep.equal([1, 1]);
  });

  it('tell of a file system what it holds', async () => {
    files = [{ id: 'fs-1', bytes: 4096 }];
    await minute();
    const own = { FileSystemId: 'fs-1', StorageClass: 'Total' };
    expect(await read('AWS/EFS', 'StorageBytes', own)).to.deep.equal([4096]);
  });
});
