import { randomBytes } from 'node:crypto';
import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { fitAutomaticName } from '../naming.ts';
import { createStoreSecurityGroup } from './data-store.ts';
import {
  finalSnapshotName,
  masterUsername,
  mysqlPort,
  type Database,
  type DatabaseArgs,
} from './database.ts';

interface Master {
  readonly secretArn: pulumi.Output<string>;
  readonly password: pulumi.Output<string>;
}

const smallest = 'db.t4g.micro';

/**
 * RDS for MySQL: one instance, with a standby in another zone and read replicas where wanted. Encrypted. RDS keeps and
 * rotates the master password in Secrets Manager; it is in no state. With read replicas RDS refuses to
 * (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-limitations):
 * then the password is in a secret of the stack's own, encrypted in the state, and nobody rotates it. Protected, and
 * with a final snapshot, unless the stack file says otherwise.
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
    const master = configuration.readReplicas > 0 ? this.createMaster(name, args) : undefined;
    const primary = this.createPrimary(name, args, securityGroup, master?.password);
    const replicas = Array.from({ length: configuration.readReplicas }, (_, index) =>
      this.createReplica(`${name}-replica-${index + 1}`, args, primary, securityGroup),
    );

    this.instances = [primary, ...replicas].map(({ identifier }) => identifier);
    this.securityGroupId = securityGroup.id;
    this.host = primary.address;
    this.readerHost = replicas[0]?.address;
    this.databaseName = configuration.name;
    this.secretArn =
      master?.secretArn ?? primary.masterUserSecrets.apply(([secret]) => secret?.secretArn ?? '');
    this.registerOutputs({ host: this.host, readerHost: this.readerHost });
  }

  /** The master user in a secret of the shape that RDS gives its own; its value is chosen once. */
  private createMaster(name: string, { tags }: DatabaseArgs): Master {
    const description = 'Master user of the database of a Beanpole stack';
    const secret = new aws.secretsmanager.Secret(`${name}-master`, { description, tags }, { parent: this });
    const chosen = { username: masterUsername, password: randomBytes(24).toString('base64url') };
    const version = new aws.secretsmanager.SecretVersion(
      `${name}-master`,
      { secretId: secret.arn, secretString: pulumi.secret(JSON.stringify(chosen)) },
      { parent: this, ignoreChanges: ['secretString'] },
    );
    const password = version.secretString.apply(
      (kept) => (JSON.parse(kept ?? '{}') as typeof chosen).password,
    );
    // Whoever knows where the secret is finds a value in it.
    return { secretArn: version.secretId, password: pulumi.secret(password) };
  }

  private createPrimary(
    name: string,
    { configuration, privateSubnetIds, tags }: DatabaseArgs,
    securityGroup: aws.ec2.SecurityGroup,
    password: pulumi.Output<string> | undefined,
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
        ...(password === undefined ? { manageMasterUserPassword: true } : { password }),
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
      fitAutomaticName(name, 63),
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
