/** What somebody could change in what a stack keeps its data in. */
import type { Drift, Drifts } from './drift.ts';

const someTag = { Key: 'owner', Value: 'somebody' };
const taggedInRds: Drift = {
  change: ({ outputs }, { rds }) =>
    rds.addTagsToResource({ ResourceName: String(outputs.arn), Tags: [someTag] }),
  shows: 'tags',
};
const taggedInEfs: Drift = {
  change: ({ id }, { efs }) => efs.tagResource({ ResourceId: id, Tags: [someTag] }),
  shows: 'tags',
};

export const dataDrifts: Drifts = {
  'aws:rds/cluster:Cluster': {
    change: ({ id }, { rds }) =>
      rds.modifyDBCluster({ DBClusterIdentifier: id, BackupRetentionPeriod: 9, ApplyImmediately: true }),
    shows: 'backupRetentionPeriod',
  },
  'aws:rds/clusterInstance:ClusterInstance': taggedInRds,
  'aws:rds/instance:Instance': taggedInRds,
  'aws:rds/subnetGroup:SubnetGroup': taggedInRds,
  'aws:elasticache/replicationGroup:ReplicationGroup': {
    change: ({ id }, { elasticache }) =>
      elasticache.modifyReplicationGroup({
        ReplicationGroupId: id,
        ReplicationGroupDescription: 'somebody`s',
        ApplyImmediately: true,
      }),
    shows: 'description',
  },
  'aws:elasticache/subnetGroup:SubnetGroup': {
    change: ({ outputs }, { elasticache }) =>
      elasticache.addTagsToResource({ ResourceName: String(outputs.arn), Tags: [someTag] }),
    shows: 'tags',
  },
  'aws:efs/fileSystem:FileSystem': taggedInEfs,
  'aws:efs/accessPoint:AccessPoint': taggedInEfs,
  'aws:efs/mountTarget:MountTarget': {
    async change({ id }, { ec2, efs }) {
      const { SecurityGroups: all = [] } = await ec2.describeSecurityGroups({});
      const { SecurityGroups: [own] = [] } = await efs.describeMountTargetSecurityGroups({
        MountTargetId: id,
      });
      const vpc = all.find(({ GroupId }) => GroupId === own)?.VpcId;
      const other = all.find(({ GroupId, VpcId }) => VpcId === vpc && GroupId !== own)?.GroupId ?? '';
      return efs.modifyMountTargetSecurityGroups({ MountTargetId: id, SecurityGroups: [other] });
    },
    shows: 'securityGroups',
  },
  'aws:efs/backupPolicy:BackupPolicy': {
    change: ({ id }, { efs }) =>
      efs.putBackupPolicy({ FileSystemId: id, BackupPolicy: { Status: 'DISABLED' } }),
    shows: 'backupPolicy',
  },
};
