import { randomUUID } from 'node:crypto';
import type {
  AccessPointDescription,
  CreateAccessPointCommandInput,
  DeleteAccessPointCommandInput,
  DescribeAccessPointsCommandInput,
  DescribeAccessPointsCommandOutput,
  PosixUser,
  RootDirectory,
} from '@aws-sdk/client-efs';
import type { Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { accessPointExists, accessPointNotFound, badRequest } from './errors.ts';
import { findFileSystem, invalidMarker } from './file-systems.ts';
import { arnOf, newId, type FilesState, type StoredAccessPoint } from './state.ts';
import { checkTags } from './tags.ts';

/** Access points: a user and a root directory that hold for whoever mounts through them. */
export function accessPointOperations(parts: Parts, state: FilesState) {
  const view = (one: StoredAccessPoint): AccessPointDescription => ({
    ClientToken: one.clientToken,
    Name: one.tags.find(({ Key }) => Key === 'Name')?.Value,
    Tags: one.tags,
    AccessPointId: one.id,
    AccessPointArn: arnOf(parts, one.id),
    FileSystemId: one.fileSystemId,
    ...(one.posixUser && { PosixUser: one.posixUser }),
    RootDirectory: one.rootDirectory,
    OwnerId: parts.account,
    LifeCycleState: 'available',
  });

  return {
    CreateAccessPoint(input: CreateAccessPointCommandInput): AccessPointDescription {
      const { id: fileSystemId } = findFileSystem(state, input.FileSystemId);
      const clientToken = input.ClientToken ?? randomUUID();
      const existing = [...state.accessPoints.values()].find((one) => one.clientToken === clientToken);
      if (existing) throw accessPointExists(existing.id);
      const made: StoredAccessPoint = {
        id: newId('fsap'),
        clientToken,
        fileSystemId,
        ...(input.PosixUser && { posixUser: checkUser(input.PosixUser) }),
        rootDirectory: checkRoot(input.RootDirectory),
        tags: checkTags(input.Tags ?? []),
      };
      state.accessPoints.set(made.id, made);
      return view(made);
    },

    DescribeAccessPoints(input: DescribeAccessPointsCommandInput): Answer<DescribeAccessPointsCommandOutput> {
      const { AccessPointId: id, FileSystemId: fileSystem } = input;
      if (id !== undefined && fileSystem !== undefined)
        throw badRequest('AccessPointId and FileSystemId cannot be given together.');
      const all = id === undefined ? [...state.accessPoints.values()] : [findAccessPoint(state, id)];
      const of = fileSystem === undefined ? undefined : findFileSystem(state, fileSystem).id;
      const chosen = all.filter(({ fileSystemId }) => of === undefined || fileSystemId === of);
      const { items, nextToken } = page(chosen, input.MaxResults ?? 100, input.NextToken, invalidMarker);
      return { AccessPoints: items.map(view), ...(nextToken && { NextToken: nextToken }) };
    },

    DeleteAccessPoint(input: DeleteAccessPointCommandInput): Record<string, never> {
      state.accessPoints.delete(findAccessPoint(state, input.AccessPointId).id);
      return {};
    },
  };
}

/** By id or ARN. */
export function findAccessPoint(state: FilesState, given: string | undefined): StoredAccessPoint {
  const found = state.accessPoints.get((given ?? '').replace(/^.*\//, ''));
  if (!found) throw accessPointNotFound(given ?? '');
  return found;
}

const largestId = 2 ** 32 - 1;
const isId = (value: number | undefined): boolean =>
  value !== undefined && Number.isInteger(value) && value >= 0 && value <= largestId;

function checkUser(user: PosixUser): PosixUser {
  if (!isId(user.Uid) || !isId(user.Gid) || !(user.SecondaryGids ?? []).every(isId))
    throw badRequest(`PosixUser's ids are numbers from 0 to ${largestId}.`);
  return user;
}

function checkRoot(root: RootDirectory | undefined): RootDirectory {
  const { Path = '/', CreationInfo: info } = root ?? {};
  const folders = Path.split('/').slice(1);
  const isPath = Path.startsWith('/') && Path.length <= 100 && folders.length <= 4;
  if (!isPath || (Path !== '/' && folders.some((name) => name === '' || name === '.' || name === '..')))
    throw badRequest(
      `RootDirectory.Path is an absolute path of at most 4 folders and 100 characters: ${Path}`,
    );
  if (info && (!isId(info.OwnerUid) || !isId(info.OwnerGid) || !/^[0-7]{3,4}$/.test(info.Permissions ?? '')))
    throw badRequest(
      'RootDirectory.CreationInfo has OwnerUid, OwnerGid, and Permissions as an octal number.',
    );
  return { Path, ...(info && { CreationInfo: info }) };
}
