import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { createStoreSecurityGroup } from './data-store.ts';
import {
  finalSnapshotName,
  masterUsername,
  mysqlPort,
  type Database,
  type DatabaseArgs,
} from './database.ts';

/**
 * Aurora MySQL: a writer and readers over the zones, one storage under all of them, a reader endpoint, automatic
 * failover. Serverless v2 unless an instance class is given. Encrypted; RDS keeps and rotates the master password in
 * Secrets Manager, it is in no state. Protected, and with a final snapshot, unless the stack file says otherwise.
 * Cost: each Serverless v2 instance about 44 USD a month at 0.5 capacity units, 0.10 USD per GB and month, 0.20 USD per
 * million I/O requests, 0.40 USD a month for the secret (us-east-1).
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.html
 * @stackFile database
 */
export class AuroraCluster extends pulumi.ComponentResource implements Database {
  readonly securityGroupId: pulumi.Output<string>;
  readonly port = mysqlPort;
  readonly host: pulumi.Output<string>;
  readonly readerHost: pulumi.Output<string> | undefined;
  readonly databaseName: string;
  readonly instances: readonly pulumi.Output<string>[];
  readonly secretArn: pulumi.Output<string>;
  readonly needs: readonly pulumi.Resource[] = [];

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:data:AuroraCluster', name, {}, opts);
    const { configuration } = args;

    const securityGroup = createStoreSecurityGroup(name, 'Database', args, this);
    const cluster = this.createCluster(name, args, securityGroup);
    this.instances = Array.from(
      { length: configuration.instances },
      (_, index) => this.createInstance(`${name}-${index + 1}`, args, cluster).identifier,
    );

    this.securityGroupId = securityGroup.id;
    this.host = cluster.endpoint;
    this.readerHost = configuration.instances > 1 ? cluster.readerEndpoint : undefined;
    this.databaseName = configuration.name;
    this.secretArn = cluster.masterUserSecrets.apply(([secret]) => secret?.secretArn ?? '');
    this.registerOutputs({ host: this.host, readerHost: this.readerHost });
  }

  private createCluster(
    name: string,
    { configuration, privateSubnetIds, tags }: DatabaseArgs,
    securityGroup: aws.ec2.SecurityGroup,
  ): aws.rds.Cluster {
    const { minCapacity, maxCapacity, instanceClass, restoreFromSnapshot } = configuration;
    const subnetGroup = new aws.rds.SubnetGroup(
      name,
      { subnetIds: privateSubnetIds, description: 'Private subnets of a Beanpole stack', tags },
      { parent: this },
    );
    return new aws.rds.Cluster(
      name,
      {
        engine: 'aurora-mysql',
        engineMode: 'provisioned',
        databaseName: configuration.name,
        masterUsername,
        manageMasterUserPassword: true,
        storageEncrypted: true,
        dbSubnetGroupName: subnetGroup.name,
        vpcSecurityGroupIds: [securityGroup.id],
        port: mysqlPort,
        ...(instanceClass === undefined && {
          serverlessv2ScalingConfiguration: { minCapacity, maxCapacity },
        }),
        backupRetentionPeriod: configuration.backupRetentionDays,
        copyTagsToSnapshot: true,
        deletionProtection: configuration.protection,
        skipFinalSnapshot: !configuration.finalSnapshot,
        ...(configuration.finalSnapshot && {
          finalSnapshotIdentifier: subnetGroup.name.apply((group) => finalSnapshotName(group, configuration)),
        }),
        ...(restoreFromSnapshot !== undefined && { snapshotIdentifier: restoreFromSnapshot }),
        applyImmediately: true,
        tags,
      },
      {
        parent: this,
        protect: configuration.protection,
        // RDS upgrades minor versions by itself, and a snapshot only matters to what does not exist yet.
        ignoreChanges: ['engineVersion', 'snapshotIdentifier', 'availabilityZones'],
      },
    );
  }

  private createInstance(
    name: string,
    { configuration, tags }: DatabaseArgs,
    cluster: aws.rds.Cluster,
  ): aws.rds.ClusterInstance {
    return new aws.rds.ClusterInstance(
      name,
      {
        clusterIdentifier: cluster.id,
        engine: 'aurora-mysql',
        instanceClass: configuration.instanceClass ?? 'db.serverless',
        dbSubnetGroupName: cluster.dbSubnetGroupName,
        publiclyAccessible: false,
        copyTagsToSnapshot: true,
        applyImmediately: true,
        tags,
      },
      { parent: this, ignoreChanges: ['engineVersion'] },
    );
  }
}
