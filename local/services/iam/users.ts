import type * as iam from '@aws-sdk/client-iam';
import type { Answer, Call } from '../../endpoint/service.ts';
import { alreadyExists, deleteConflict, limitExceeded, noSuchEntity, validationError } from './errors.ts';
import { wireBoundary } from './boundaries.ts';
import { secretKey, uniqueId } from './identifiers.ts';
import { page, underPath } from './paging.ts';
import { findPolicy } from './policies.ts';
import type { IamState, User, UserKey } from './state.ts';
import { checkName, checkPath, readTags, writeTags } from './validation.ts';

/** The user of a name, or NoSuchEntity. */
export function findUser(state: IamState, name: string | undefined): User {
  const user = state.users.get(name ?? '');
  if (!user) throw noSuchEntity(`The user with name ${name} cannot be found.`);
  return user;
}

/** Users and their access keys. Without a name, an operation means its caller. */
export function userOperations(state: IamState) {
  return {
    CreateUser(input: iam.CreateUserCommandInput): Answer<iam.CreateUserCommandOutput> {
      const user = newUser(state, input);
      if (state.users.has(user.name)) throw alreadyExists(`User with name ${user.name} already exists.`);
      state.users.set(user.name, user);
      return { User: wireUser(user) };
    },

    GetUser({ UserName }: iam.GetUserCommandInput, call: Call): Answer<iam.GetUserCommandOutput> {
      if (UserName === undefined && call.caller.kind === 'root') return { User: rootUser(state) };
      return { User: wireUser(findUser(state, UserName ?? callerName(call))) };
    },

    ListUsers(input: iam.ListUsersCommandInput): Answer<iam.ListUsersCommandOutput> {
      const { items, rest } = page(underPath(state.users.values(), input.PathPrefix), input);
      return { Users: items.map(wireUser), ...rest };
    },

    DeleteUser({ UserName }: iam.DeleteUserCommandInput): void {
      const user = findUser(state, UserName);
      if (keysOf(state, user.name).length > 0)
        throw deleteConflict('Cannot delete entity, must delete access keys first.');
      if (user.attached.length > 0)
        throw deleteConflict('Cannot delete entity, must detach all policies first.');
      if (Object.keys(user.inline).length > 0)
        throw deleteConflict('Cannot delete entity, must delete policies first.');
      state.users.delete(user.name);
    },

    CreateAccessKey(
      { UserName }: iam.CreateAccessKeyCommandInput,
      call: Call,
    ): Answer<iam.CreateAccessKeyCommandOutput> {
      const user = findUser(state, UserName ?? callerName(call));
      if (keysOf(state, user.name).length >= 2)
        throw limitExceeded('Cannot exceed quota for AccessKeysPerUser: 2');
      const key: UserKey = {
        id: uniqueId('AKIA'),
        secret: secretKey(),
        userName: user.name,
        created: state.clock.now(),
        status: 'Active',
      };
      state.keys.set(key.id, key);
      return { AccessKey: { ...wireKey(key), SecretAccessKey: key.secret } };
    },

    ListAccessKeys(
      input: iam.ListAccessKeysCommandInput,
      call: Call,
    ): Answer<iam.ListAccessKeysCommandOutput> {
      const user = findUser(state, input.UserName ?? callerName(call));
      const { items, rest } = page(keysOf(state, user.name), input);
      return { AccessKeyMetadata: items.map(wireKey), ...rest };
    },

    UpdateAccessKey(input: iam.UpdateAccessKeyCommandInput, call: Call): void {
      const key = findKey(state, input.UserName ?? callerName(call), input.AccessKeyId);
      if (input.Status !== 'Active' && input.Status !== 'Inactive')
        throw validationError('Status must be Active or Inactive.');
      key.status = input.Status;
      state.keys.set(key.id, key);
    },

    DeleteAccessKey(input: iam.DeleteAccessKeyCommandInput, call: Call): void {
      state.keys.delete(findKey(state, input.UserName ?? callerName(call), input.AccessKeyId).id);
    },
  };
}

function newUser(state: IamState, input: iam.CreateUserCommandInput): User {
  const { UserName = '', Path, Tags } = input;
  checkName('userName', UserName, 64);
  const path = checkPath(Path);
  return {
    name: UserName,
    path,
    id: uniqueId('AIDA'),
    arn: `arn:aws:iam::${state.account}:user${path}${UserName}`,
    created: state.clock.now(),
    tags: readTags(Tags),
    inline: {},
    attached: [],
    ...(input.PermissionsBoundary !== undefined && {
      boundary: findPolicy(state, input.PermissionsBoundary).arn,
    }),
  };
}

function callerName({ caller }: Call): string {
  if (caller.kind === 'user') return caller.arn.slice(caller.arn.lastIndexOf('/') + 1);
  throw validationError('Must specify userName when calling with non-User credentials');
}

function keysOf(state: IamState, userName: string): UserKey[] {
  return [...state.keys.values()].filter((key) => key.userName === userName);
}

function findKey(state: IamState, userName: string, id = ''): UserKey {
  const key = state.keys.get(id);
  if (key?.userName === userName) return key;
  throw noSuchEntity(`The Access Key with id ${id} cannot be found.`);
}

function wireKey({ id, userName, status, created }: UserKey) {
  return { UserName: userName, AccessKeyId: id, Status: status, CreateDate: new Date(created) };
}

function wireUser({ name, path, id, arn, created, tags, boundary }: User): iam.User {
  return {
    Path: path,
    UserName: name,
    UserId: id,
    Arn: arn,
    CreateDate: new Date(created),
    Tags: writeTags(tags),
    ...wireBoundary(boundary),
  };
}

function rootUser({ account }: IamState): iam.User {
  return {
    Path: '/',
    UserName: 'root',
    UserId: account,
    Arn: `arn:aws:iam::${account}:root`,
    CreateDate: new Date(0),
  };
}
