import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { createStoreSecurityGroup, type DataStore, type DataStoreArgs } from './data-store.ts';
import type { FilesConfiguration } from './files-section.ts';

export interface SharedFileSystemArgs extends DataStoreArgs {
  /** Where it is mounted, and whether it has daily backups and is protected. */
  readonly configuration: FilesConfiguration;
  /**
   * Each gets a mount target: instances mount through that of their own zone.
   * @stackFile network.availabilityZones
   */
  readonly availabilityZones: number;
}

const nfs = 2049;
/** Owns everything in the access point, whoever writes. */
const owner = 1000;

/**
 * EFS with a mount target in every zone and one access point, which all instances mount before the application
 * starts. Encrypted at rest and, by the mount, in transit. What nobody has read for 30 days moves to Infrequent Access.
 * Cost: 0.30 USD per GB and month, 0.03 USD per GB read and 0.06 USD per GB written (us-east-1).
 * @see https://docs.aws.amazon.com/efs/latest/ug/how-it-works.html
 * @stackFile files
 */
export class SharedFileSystem extends pulumi.ComponentResource implements DataStore {
  readonly securityGroupId: pulumi.Output<string>;
  readonly port = nfs;
  /** What instances mount; the `FileSystemId` dimension of its metrics. */
  readonly fileSystemId: pulumi.Output<string>;
  /** Through which they mount it: whoever writes, everything belongs to user and group 1000. */
  readonly accessPointId: pulumi.Output<string>;
  /** Where every instance has the files: `UPLOADS_DIR`. */
  readonly mountPath: string;
  /** The mount targets. An instance that boots before its zone's mount target would wait for it. */
  readonly needs: readonly pulumi.Resource[];

  constructor(name: string, args: SharedFileSystemArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:data:SharedFileSystem', name, {}, opts);

    const securityGroup = createStoreSecurityGroup(name, 'File system', args, this);
    const fileSystem = this.createFileSystem(name, args);
    this.needs = this.createMountTargets(name, args, fileSystem, securityGroup);
    const accessPoint = this.createAccessPoint(name, args, fileSystem);
    this.createBackupPolicy(name, args, fileSystem);

    this.securityGroupId = securityGroup.id;
    this.fileSystemId = fileSystem.id;
    this.accessPointId = accessPoint.id;
    this.mountPath = args.configuration.mountPath;
    this.registerOutputs({ fileSystemId: this.fileSystemId, accessPointId: this.accessPointId });
  }

  private createFileSystem(name: string, { configuration, tags }: SharedFileSystemArgs): aws.efs.FileSystem {
    return new aws.efs.FileSystem(
      name,
      {
        encrypted: true,
        throughputMode: 'elastic',
        lifecyclePolicies: [{ transitionToIa: 'AFTER_30_DAYS' }],
        tags: { ...tags, Name: name },
      },
      { parent: this, protect: configuration.protection },
    );
  }

  private createMountTargets(
    name: string,
    { availabilityZones, privateSubnetIds }: SharedFileSystemArgs,
    fileSystem: aws.efs.FileSystem,
    securityGroup: aws.ec2.SecurityGroup,
  ): aws.efs.MountTarget[] {
    return Array.from({ length: availabilityZones }, (_, index) => {
      const subnetId = pulumi.output(privateSubnetIds).apply((ids) => ids[index] ?? '');
      return new aws.efs.MountTarget(
        `${name}-${index + 1}`,
        { fileSystemId: fileSystem.id, subnetId, securityGroups: [securityGroup.id] },
        { parent: this },
      );
    });
  }

  private createAccessPoint(
    name: string,
    { tags }: SharedFileSystemArgs,
    fileSystem: aws.efs.FileSystem,
  ): aws.efs.AccessPoint {
    return new aws.efs.AccessPoint(
      name,
      {
        fileSystemId: fileSystem.id,
        posixUser: { uid: owner, gid: owner },
        rootDirectory: {
          path: '/files',
          creationInfo: { ownerUid: owner, ownerGid: owner, permissions: '0755' },
        },
        tags: { ...tags, Name: name },
      },
      { parent: this },
    );
  }

  private createBackupPolicy(
    name: string,
    { configuration }: SharedFileSystemArgs,
    fileSystem: aws.efs.FileSystem,
  ): aws.efs.BackupPolicy {
    const status = configuration.backups ? 'ENABLED' : 'DISABLED';
    return new aws.efs.BackupPolicy(
      name,
      { fileSystemId: fileSystem.id, backupPolicy: { status } },
      { parent: this },
    );
  }
}
