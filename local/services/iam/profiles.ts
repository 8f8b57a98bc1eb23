import type * as iam from '@aws-sdk/client-iam';
import type { Answer } from '../../endpoint/service.ts';
import { alreadyExists, deleteConflict, limitExceeded, noSuchEntity } from './errors.ts';
import { uniqueId } from './identifiers.ts';
import { page, underPath } from './paging.ts';
import { findRole, wireRole } from './roles.ts';
import type { IamState, Profile } from './state.ts';
import { checkName, checkPath, readTags, writeTags } from './validation.ts';

function findProfile(state: IamState, name: string | undefined): Profile {
  const profile = state.profiles.get(name ?? '');
  if (!profile) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return profile;
}

/** The role in a profile, given by name or ARN; undefined: no such profile, or an empty one. */
export function roleOfProfile({ profiles }: IamState, nameOrArn: string): string | undefined {
  const found = profiles.get(nameOrArn) ?? [...profiles.values()].find(({ arn }) => arn === nameOrArn);
  return found?.role;
}

/** Instance profiles: how a role gets onto an instance. */
export function profileOperations(state: IamState) {
  const list = (
    profiles: Profile[],
    input: { Marker?: string | undefined; MaxItems?: number | undefined },
  ) => {
    const { items, rest } = page(profiles, input);
    return { InstanceProfiles: items.map((profile) => wireProfile(state, profile)), ...rest };
  };
  return {
    CreateInstanceProfile(
      input: iam.CreateInstanceProfileCommandInput,
    ): Answer<iam.CreateInstanceProfileCommandOutput> {
      const profile = newProfile(state, input);
      if (state.profiles.has(profile.name))
        throw alreadyExists(`Instance Profile ${profile.name} already exists.`);
      state.profiles.set(profile.name, profile);
      return { InstanceProfile: wireProfile(state, profile) };
    },

    GetInstanceProfile: (
      input: iam.GetInstanceProfileCommandInput,
    ): Answer<iam.GetInstanceProfileCommandOutput> => ({
      InstanceProfile: wireProfile(state, findProfile(state, input.InstanceProfileName)),
    }),

    ListInstanceProfiles: (
      input: iam.ListInstanceProfilesCommandInput,
    ): Answer<iam.ListInstanceProfilesCommandOutput> =>
      list(underPath(state.profiles.values(), input.PathPrefix), input),

    ListInstanceProfilesForRole(
      input: iam.ListInstanceProfilesForRoleCommandInput,
    ): Answer<iam.ListInstanceProfilesForRoleCommandOutput> {
      const role = findRole(state, input.RoleName);
      return list(
        underPath(state.profiles.values()).filter((profile) => profile.role === role.name),
        input,
      );
    },

    DeleteInstanceProfile({ InstanceProfileName }: iam.DeleteInstanceProfileCommandInput): void {
      const profile = findProfile(state, InstanceProfileName);
      if (profile.role !== undefined)
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
      state.profiles.delete(profile.name);
    },

    AddRoleToInstanceProfile(input: iam.AddRoleToInstanceProfileCommandInput): void {
      const profile = findProfile(state, input.InstanceProfileName);
      const role = findRole(state, input.RoleName);
      if (profile.role !== undefined)
        throw limitExceeded('Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1');
      state.profiles.set(profile.name, { ...profile, role: role.name });
    },

    RemoveRoleFromInstanceProfile(input: iam.RemoveRoleFromInstanceProfileCommandInput): void {
      const { role, ...profile } = findProfile(state, input.InstanceProfileName);
      if (role !== input.RoleName)
        throw noSuchEntity(`The role with name ${input.RoleName} cannot be found.`);
      state.profiles.set(profile.name, profile);
    },

    TagInstanceProfile(input: iam.TagInstanceProfileCommandInput): void {
      const profile = findProfile(state, input.InstanceProfileName);
      state.profiles.set(profile.name, { ...profile, tags: { ...profile.tags, ...readTags(input.Tags) } });
    },

    UntagInstanceProfile(input: iam.UntagInstanceProfileCommandInput): void {
      const profile = findProfile(state, input.InstanceProfileName);
      const tags = Object.fromEntries(
        Object.entries(profile.tags).filter(([key]) => !input.TagKeys?.includes(key)),
      );
      state.profiles.set(profile.name, { ...profile, tags });
    },

    ListInstanceProfileTags(
      input: iam.ListInstanceProfileTagsCommandInput,
    ): Answer<iam.ListInstanceProfileTagsCommandOutput> {
      const { items, rest } = page(writeTags(findProfile(state, input.InstanceProfileName).tags), input);
      return { Tags: items, ...rest };
    },
  };
}

function newProfile(
  state: IamState,
  { InstanceProfileName = '', Path, Tags }: iam.CreateInstanceProfileCommandInput,
): Profile {
  checkName('instanceProfileName', InstanceProfileName, 128);
  const path = checkPath(Path);
  return {
    name: InstanceProfileName,
    path,
    id: uniqueId('AIPA'),
    arn: `arn:aws:iam::${state.account}:instance-profile${path}${InstanceProfileName}`,
    created: state.clock.now(),
    tags: readTags(Tags),
  };
}

function wireProfile(
  state: IamState,
  { name, path, id, arn, created, tags, role }: Profile,
): iam.InstanceProfile {
  return {
    Path: path,
    InstanceProfileName: name,
    InstanceProfileId: id,
    Arn: arn,
    CreateDate: new Date(created),
    Roles: role === undefined ? [] : [wireRole(findRole(state, role))],
    Tags: writeTags(tags),
  };
}
