import {
  and,
  anywhere,
  as,
  each,
  fromList,
  on,
  onAll,
  requestTagsOf,
  when,
  type Authorization,
} from '../../endpoint/authorization.ts';
import type { Parts } from '../parts.ts';
import { arnOf, type FilesState } from './state.ts';

interface Input {
  readonly FileSystemId?: string;
  readonly MountTargetId?: string;
  readonly AccessPointId?: string;
  readonly SubnetId?: string;
  readonly SecurityGroups?: readonly string[];
  readonly ResourceId?: string;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticfilesystem.html */
export function efsAuthorization(parts: Parts, state: FilesState): Authorization {
  const { region, account } = parts;
  const prefix = `arn:aws:elasticfilesystem:${region}:${account}:`;
  const ec2 = (rest: string): string => `arn:aws:ec2:${region}:${account}:${rest}`;
  const bare = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
  const fileSystemOf = ({
    FileSystemId,
    MountTargetId = '',
    AccessPointId = '',
  }: Input): string | undefined =>
    FileSystemId ??
    state.mountTargets.get(MountTargetId)?.fileSystemId ??
    state.accessPoints.get(bare(AccessPointId))?.fileSystemId;
  const fileSystem = on((input: Input) =>
    arnOf(parts, bare(fileSystemOf(input) ?? 'fs-*').replace('fs-*', '*')),
  );
  const fileSystemOrAll = on((input: Input) => {
    const id = fileSystemOf(input);
    return id === undefined ? '*' : arnOf(parts, bare(id));
  });
  const accessPoint = on(({ AccessPointId = '' }: Input) => arnOf(parts, bare(AccessPointId)));
  const tagged = on(({ ResourceId = '' }: Input) => arnOf(parts, bare(ResourceId)));
  /** A mount target is a network interface, which the caller has to be allowed to make. */
  const makeInterface = onAll(({ SubnetId = '', SecurityGroups = [] }: Input) => [
    ec2('network-interface/*'),
    ec2(`subnet/${SubnetId}`),
    ...SecurityGroups.map((id) => ec2(`security-group/${id}`)),
  ]);
  const itsInterface = on(({ MountTargetId = '' }: Input) =>
    ec2(`network-interface/${state.mountTargets.get(MountTargetId)?.interfaceId ?? '*'}`),
  );
  const tags = (resource: string) =>
    when(
      (input: object) => Object.keys(requestTagsOf(input)).length > 0,
      as(
        'TagResource',
        on(() => `${prefix}${resource}`),
      ),
    );
  return {
    prefix: 'elasticfilesystem',
    operations: {
      CreateFileSystem: and(anywhere, tags('file-system/*')),
      CreateAccessPoint: and(fileSystem, tags('access-point/*')),
      ...each(['DescribeFileSystems', 'DescribeAccessPoints'], fileSystemOrAll),
      ...each(['UpdateFileSystem', 'DeleteFileSystem'], fileSystem),
      CreateMountTarget: and(
        fileSystem,
        as('ec2:DescribeSubnets', anywhere),
        as('ec2:DescribeNetworkInterfaces', anywhere),
        as('ec2:CreateNetworkInterface', makeInterface),
      ),
      DeleteMountTarget: and(fileSystem, as('ec2:DeleteNetworkInterface', itsInterface)),
      ModifyMountTargetSecurityGroups: and(
        fileSystem,
        as('ec2:ModifyNetworkInterfaceAttribute', itsInterface),
      ),
      DescribeMountTargetSecurityGroups: and(
        fileSystem,
        as('ec2:DescribeNetworkInterfaceAttribute', anywhere),
      ),
      DescribeMountTargets: fileSystem,
      DeleteAccessPoint: accessPoint,
      ...each(['PutLifecycleConfiguration', 'DescribeLifecycleConfiguration'], fileSystem),
      ...each(['PutBackupPolicy', 'DescribeBackupPolicy'], fileSystem),
      ...each(['PutFileSystemPolicy', 'DescribeFileSystemPolicy', 'DeleteFileSystemPolicy'], fileSystem),
      ...each(['TagResource', 'UntagResource', 'ListTagsForResource'], tagged),
    },
    keys: {
      'elasticfilesystem:Encrypted': ({ Encrypted }: { Encrypted?: boolean }) => Encrypted ?? false,
    },
    tagsOf: (arn) => fromList((state.fileSystems.get(bare(arn)) ?? state.accessPoints.get(bare(arn)))?.tags),
    policyOf: (arn) => state.fileSystems.get(bare(arn))?.policy,
  };
}
