import { randomUUID } from 'node:crypto';
import type {
  CreateFileSystemCommandInput,
  DeleteFileSystemCommandInput,
  DescribeFileSystemsCommandInput,
  DescribeFileSystemsCommandOutput,
  FileSystemDescription,
  UpdateFileSystemCommandInput,
} from '@aws-sdk/client-efs';
import type { Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { badRequest, fileSystemExists, fileSystemInUse, fileSystemNotFound, unsupported } from './errors.ts';
import type { Folders } from './folders.ts';
import { arnOf, newId, type FilesState, type StoredFileSystem } from './state.ts';
import { checkTags } from './tags.ts';

/** Making, describing and deleting file systems. */
export function fileSystemOperations(parts: Parts, state: FilesState, folders: Folders) {
  const view = async (one: StoredFileSystem): Promise<FileSystemDescription> => ({
    OwnerId: parts.account,
    CreationToken: one.creationToken,
    FileSystemId: one.id,
    FileSystemArn: arnOf(parts, one.id),
    CreationTime: new Date(one.created),
    LifeCycleState: 'available',
    Name: one.tags.find(({ Key }) => Key === 'Name')?.Value,
    NumberOfMountTargets: targetsOf(state, one.id).length,
    SizeInBytes: { Value: await folders.size(one.id), Timestamp: new Date(parts.clock.now()) },
    PerformanceMode: 'generalPurpose',
    Encrypted: one.isEncrypted,
    ThroughputMode: one.throughputMode,
    Tags: one.tags,
    FileSystemProtection: { ReplicationOverwriteProtection: 'ENABLED' },
  });

  return {
    async CreateFileSystem(input: CreateFileSystemCommandInput): Promise<FileSystemDescription> {
      const creationToken = input.CreationToken ?? randomUUID();
      const existing = [...state.fileSystems.values()].find((one) => one.creationToken === creationToken);
      if (existing) throw fileSystemExists(existing.id);
      for (const member of ['KmsKeyId', 'ProvisionedThroughputInMibps', 'AvailabilityZoneName'] as const)
        if (input[member] !== undefined) throw unsupported(member);
      if ((input.PerformanceMode ?? 'generalPurpose') !== 'generalPurpose')
        throw unsupported(`PerformanceMode ${input.PerformanceMode}`);
      const made: StoredFileSystem = {
        id: newId('fs'),
        creationToken,
        created: parts.clock.now(),
        isEncrypted: input.Encrypted ?? false,
        throughputMode: checkThroughput(input.ThroughputMode),
        hasBackup: input.Backup ?? false,
        lifecycle: [],
        tags: checkTags(input.Tags ?? []),
      };
      folders.make(made.id);
      state.fileSystems.set(made.id, made);
      return view(made);
    },

    async DescribeFileSystems(
      input: DescribeFileSystemsCommandInput,
    ): Promise<Answer<DescribeFileSystemsCommandOutput>> {
      const { FileSystemId: id, CreationToken: token } = input;
      if (id !== undefined && token !== undefined)
        throw badRequest('FileSystemId and CreationToken cannot be given together.');
      const all = id === undefined ? [...state.fileSystems.values()] : [findFileSystem(state, id)];
      const chosen = all.filter(({ creationToken }) => token === undefined || token === creationToken);
      const { items, nextToken } = page(chosen, input.MaxItems ?? 100, input.Marker, invalidMarker);
      const FileSystems = await Promise.all(items.map(view));
      return { FileSystems, ...(nextToken && { NextMarker: nextToken }) };
    },

    async UpdateFileSystem(input: UpdateFileSystemCommandInput): Promise<FileSystemDescription> {
      const found = findFileSystem(state, input.FileSystemId);
      if (input.ProvisionedThroughputInMibps !== undefined) throw unsupported('ProvisionedThroughputInMibps');
      const throughputMode =
        input.ThroughputMode === undefined ? found.throughputMode : checkThroughput(input.ThroughputMode);
      const changed = { ...found, throughputMode };
      state.fileSystems.set(found.id, changed);
      return view(changed);
    },

    async DeleteFileSystem(input: DeleteFileSystemCommandInput): Promise<Record<string, never>> {
      const { id } = findFileSystem(state, input.FileSystemId);
      const targets = targetsOf(state, id).length;
      if (targets > 0) throw fileSystemInUse(id, `it has ${targets} mount targets`);
      for (const point of [...state.accessPoints.values()])
        if (point.fileSystemId === id) state.accessPoints.delete(point.id);
      state.fileSystems.delete(id);
      await folders.remove(id);
      return {};
    },
  };
}

export const invalidMarker = () => badRequest('The marker is not valid.');

/** By id or ARN. */
export function findFileSystem(state: FilesState, given: string | undefined): StoredFileSystem {
  const found = state.fileSystems.get((given ?? '').replace(/^.*\//, ''));
  if (!found) throw fileSystemNotFound(given ?? '');
  return found;
}

export const targetsOf = (state: FilesState, fileSystemId: string) =>
  [...state.mountTargets.values()].filter((target) => target.fileSystemId === fileSystemId);

/** Speed is the disk's: modes differ in what AWS bills. */
function checkThroughput(mode: string | undefined): StoredFileSystem['throughputMode'] {
  if (mode === undefined || mode === 'bursting') return 'bursting';
  if (mode === 'elastic') return mode;
  throw unsupported(`ThroughputMode ${mode}`);
}
