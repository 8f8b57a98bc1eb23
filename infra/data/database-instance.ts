import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { createStoreSecurityGroup } from './data-store.ts';
import { masterUsername, mysqlPort, type Database, type DatabaseArgs } from './database.ts';

const smallest = 'db.t4g.micro';

/**
 * RDS for MySQL: one instance, with a standby in another zone and read replicas where wanted. Encrypted; RDS keeps and
 * rotates the master password in Secrets Manager, it is in no state. Protected, and with a final snapshot, unless the
 * stack file says otherwise.
 * Cost: an instance of db.t4g.micro about 12 USD a month plus 0.115 USD per GB (us-east-1); a standby and each replica
 * as much again; 0.40 USD a month for the secret.
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html
 * @stackFile database
 */
export class DatabaseInstance extends pulumi.ComponentResource implements Database {
  readonly securityGroupId: pulumi.Output<string>;
  readonly port = mysqlPort;
  readonly host: pulumi.Output<string>;
  readonly readerHost: pulumi.Output<string> | undefined;
  readonly databaseName: string;
  readonly instances: readonly pulumi.Output<string>[];
  readonly secretArn: pulumi.Output<string>;
  readonly needs: readonly pulumi.Resource[] = [];

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:data:DatabaseInstance', name, {}, opts);
    const { configuration } = args;

    const securityGroup = createStoreSecurityGroup(name, 'Database', args, this);
    const primary = this.createPrimary(name, args, securityGroup);
    const replicas = Array.from({ length: configuration.readReplicas }, (_, index) =>
      this.createReplica(`${name}-replica-${index + 1}`, args, primary, securityGroup),
    );

    this.instances = [primary, ...replicas].map(({ identifier }) => identifier);
    this.securityGroupId = securityGroup.id;
    this.host = primary.address;
    this.readerHost = replicas[0]?.address;
    this.databaseName = configuration.name;
    this.secretArn = primary.masterUserSecrets.apply(([secret]) => secret?.secretArn ?? '');
    this.registerOutputs({ host: this.host, readerHost: this.readerHost });
  }

  private createPrimary(
    name: string,
    { configuration, privateSubnetIds, tags }: DatabaseArgs,
    securityGroup: aws.ec2.SecurityGroup,
  ): aws.rds.Instance {
    const { restoreFromSnapshot } = configuration;
    const subnetGroup = new aws.rds.SubnetGroup(
      name,
      { subnetIds: privateSubnetIds, description: 'Private subnets of a Beanpole stack', tags },
      { parent: this },
    );
    return new aws.rds.Instance(
      name,
      {
        engine: 'mysql',
        instanceClass: configuration.instanceClass ?? smallest,
        dbName: configuration.name,
        username: masterUsername,
        manageMasterUserPassword: true,
        allocatedStorage: configuration.allocatedStorageGb,
        storageType: 'gp3',
        storageEncrypted: true,
        multiAz: configuration.multiAz,
        dbSubnetGroupName: subnetGroup.name,
        vpcSecurityGroupIds: [securityGroup.id],
        port: mysqlPort,
        publiclyAccessible: false,
        backupRetentionPeriod: configuration.backupRetentionDays,
        copyTagsToSnapshot: true,
        deletionProtection: configuration.protection,
        skipFinalSnapshot: !configuration.finalSnapshot,
        ...(configuration.finalSnapshot && { finalSnapshotIdentifier: `${name}-final` }),
        ...(restoreFromSnapshot !== undefined && { snapshotIdentifier: restoreFromSnapshot }),
        applyImmediately: true,
        tags,
      },
      {
        parent: this,
        protect: configuration.protection,
        // RDS upgrades minor versions by itself, and a snapshot only matters to what does not exist yet.
        ignoreChanges: ['engineVersion', 'snapshotIdentifier'],
      },
    );
  }

  private createReplica(
    name: string,
    { configuration, tags }: DatabaseArgs,
    primary: aws.rds.Instance,
    securityGroup: aws.ec2.SecurityGroup,
  ): aws.rds.Instance {
    return new aws.rds.Instance(
      name,
      {
        replicateSourceDb: primary.identifier,
        instanceClass: configuration.instanceClass ?? smallest,
        storageType: 'gp3',
        storageEncrypted: true,
        vpcSecurityGroupIds: [securityGroup.id],
        publiclyAccessible: false,
        copyTagsToSnapshot: true,
        skipFinalSnapshot: true,
        applyImmediately: true,
        tags,
      },
      { parent: this, ignoreChanges: ['engineVersion'] },
    );
  }
}
