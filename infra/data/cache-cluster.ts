import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { fitAutomaticName } from '../naming.ts';
import type { CacheConfiguration } from './cache-section.ts';
import { createStoreSecurityGroup, type DataStore, type DataStoreArgs } from './data-store.ts';

export interface CacheClusterArgs extends DataStoreArgs {
  /** Engine, node type and replicas. */
  readonly configuration: CacheConfiguration;
}

const port = 6379;

/**
 * An ElastiCache replication group: a primary, and replicas in other zones of which one takes over when it fails.
 * Encrypted in transit and at rest. It holds nothing that the application cannot do without: there are no backups.
 * Cost: each node of cache.t4g.micro about 9 USD a month with Valkey (us-east-1).
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
 * @stackFile cache
 */
export class CacheCluster extends pulumi.ComponentResource implements DataStore {
  readonly securityGroupId: pulumi.Output<string>;
  readonly port = port;
  /** The primary endpoint: `REDIS_URL` leads there. It stays the same in a failover. */
  readonly host: pulumi.Output<string>;
  /** The reader endpoint, where reads may go; absent where there is only one node. */
  readonly readerHost: pulumi.Output<string> | undefined;
  /** Identifiers of the cache clusters, as ElastiCache calls each node. */
  readonly nodes: readonly pulumi.Output<string>[];
  readonly needs: readonly pulumi.Resource[] = [];

  constructor(name: string, args: CacheClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:data:CacheCluster', name, {}, opts);

    const securityGroup = createStoreSecurityGroup(name, 'Cache', args, this);
    const group = this.createGroup(name, args, securityGroup);

    this.nodes = Array.from({ length: 1 + args.configuration.replicas }, (_, index) =>
      group.memberClusters.apply((members) => members.toSorted()[index] ?? ''),
    );
    this.securityGroupId = securityGroup.id;
    this.host = group.primaryEndpointAddress;
    this.readerHost = args.configuration.replicas > 0 ? group.readerEndpointAddress : undefined;
    this.registerOutputs({ host: this.host, readerHost: this.readerHost });
  }

  private createGroup(
    name: string,
    { configuration, privateSubnetIds, tags }: CacheClusterArgs,
    securityGroup: aws.ec2.SecurityGroup,
  ): aws.elasticache.ReplicationGroup {
    const { engine, nodeType, replicas } = configuration;
    const subnetGroup = new aws.elasticache.SubnetGroup(
      name,
      { subnetIds: privateSubnetIds, description: 'Private subnets of a Beanpole stack', tags },
      { parent: this },
    );
    return new aws.elasticache.ReplicationGroup(
      fitAutomaticName(name, 40),
      {
        description: 'Cache of a Beanpole stack',
        engine,
        nodeType,
        port,
        numCacheClusters: 1 + replicas,
        automaticFailoverEnabled: replicas > 0,
        multiAzEnabled: replicas > 0,
        transitEncryptionEnabled: true,
        atRestEncryptionEnabled: true,
        subnetGroupName: subnetGroup.name,
        securityGroupIds: [securityGroup.id],
        applyImmediately: true,
        tags,
      },
      // ElastiCache upgrades minor versions by itself.
      { parent: this, ignoreChanges: ['engineVersion'] },
    );
  }
}
