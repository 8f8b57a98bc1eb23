import type { LifecyclePolicy, PosixUser, RootDirectory, Tag } from '@aws-sdk/client-efs';
import { randomBytes } from 'node:crypto';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';

/** What EFS keeps, by id. Times are milliseconds since 1970. */
export interface FilesState {
  readonly fileSystems: Collection<StoredFileSystem>;
  readonly mountTargets: Collection<StoredMountTarget>;
  readonly accessPoints: Collection<StoredAccessPoint>;
}

export interface StoredFileSystem {
  id: string;
  creationToken: string;
  created: number;
  isEncrypted: boolean;
  throughputMode: 'bursting' | 'elastic';
  hasBackup: boolean;
  lifecycle: LifecyclePolicy[];
  policy?: string;
  tags: Tag[];
}

export interface StoredMountTarget {
  id: string;
  fileSystemId: string;
  /** The network host that is the mount target. */
  hostId: string;
  subnetId: string;
  vpcId: string;
  availabilityZone: string;
  availabilityZoneId: string;
  securityGroups: string[];
  state: 'creating' | 'available' | 'deleting';
  /** Absent until its network is made. */
  address?: string;
  interfaceId?: string;
}

export interface StoredAccessPoint {
  id: string;
  clientToken: string;
  fileSystemId: string;
  /** Whoever uses the access point acts as this user. */
  posixUser?: PosixUser;
  rootDirectory: RootDirectory;
  tags: Tag[];
}

export function filesState({ store }: Parts): FilesState {
  return {
    fileSystems: store.collection('efs.fileSystem'),
    mountTargets: store.collection('efs.mountTarget'),
    accessPoints: store.collection('efs.accessPoint'),
  };
}

/** `fs-`, `fsmt-` or `fsap-` and seventeen hexadecimal digits. */
export const newId = (prefix: 'fs' | 'fsmt' | 'fsap'): string =>
  `${prefix}-${randomBytes(9).toString('hex').slice(0, 17)}`;

export const arnOf = ({ region, account }: Parts, id: string): string =>
  `arn:aws:elasticfilesystem:${region}:${account}:${id.startsWith('fsap-') ? 'access-point' : 'file-system'}/${id}`;
