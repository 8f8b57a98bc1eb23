import type * as iam from '@aws-sdk/client-iam';
import type { Answer } from '../../endpoint/service.ts';
import { alreadyExists, deleteConflict, noSuchEntity, validationError } from './errors.ts';
import { uniqueId } from './identifiers.ts';
import { wireBoundary } from './boundaries.ts';
import { page, underPath } from './paging.ts';
import { findPolicy } from './policies.ts';
import type { IamState, Role } from './state.ts';
import { checkDocument, checkName, checkPath, encodeDocument, readTags, writeTags } from './validation.ts';

/** The role of a name, or NoSuchEntity. */
export function findRole(state: IamState, name: string | undefined): Role {
  const role = state.roles.get(name ?? '');
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

/** Operations on roles themselves; their policies are in `attachments.ts`. */
export function roleOperations(state: IamState) {
  return {
    CreateRole(input: iam.CreateRoleCommandInput): Answer<iam.CreateRoleCommandOutput> {
      const role = newRole(state, input);
      if (state.roles.has(role.name)) throw alreadyExists(`Role with name ${role.name} already exists.`);
      state.roles.set(role.name, role);
      return { Role: wireRole(role) };
    },

    GetRole: ({ RoleName }: iam.GetRoleCommandInput): Answer<iam.GetRoleCommandOutput> => ({
      Role: wireRole(findRole(state, RoleName)),
    }),

    ListRoles(input: iam.ListRolesCommandInput): Answer<iam.ListRolesCommandOutput> {
      const { items, rest } = page(underPath(state.roles.values(), input.PathPrefix), input);
      return { Roles: items.map(wireRole), ...rest };
    },

    UpdateRole(input: iam.UpdateRoleCommandInput): Record<string, never> {
      const role = findRole(state, input.RoleName);
      if (input.Description !== undefined) role.description = input.Description;
      if (input.MaxSessionDuration !== undefined)
        role.maxSessionDuration = checkDuration(input.MaxSessionDuration);
      state.roles.set(role.name, role);
      return {};
    },

    UpdateAssumeRolePolicy(input: iam.UpdateAssumeRolePolicyCommandInput): void {
      const role = findRole(state, input.RoleName);
      checkDocument(input.PolicyDocument ?? '', 'trust');
      role.trust = input.PolicyDocument ?? '';
      state.roles.set(role.name, role);
    },

    DeleteRole({ RoleName }: iam.DeleteRoleCommandInput): void {
      const role = findRole(state, RoleName);
      const isInProfile = [...state.profiles.values()].some((profile) => profile.role === role.name);
      if (isInProfile)
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
      if (role.attached.length > 0)
        throw deleteConflict('Cannot delete entity, must detach all policies first.');
      if (Object.keys(role.inline).length > 0)
        throw deleteConflict('Cannot delete entity, must delete policies first.');
      state.roles.delete(role.name);
    },
  };
}

function newRole(state: IamState, input: iam.CreateRoleCommandInput): Role {
  const { RoleName = '', AssumeRolePolicyDocument = '', Description } = input;
  checkName('roleName', RoleName, 64);
  checkDocument(AssumeRolePolicyDocument, 'trust');
  const path = checkPath(input.Path);
  return {
    name: RoleName,
    path,
    id: uniqueId('AROA'),
    arn: `arn:aws:iam::${state.account}:role${path}${RoleName}`,
    created: state.clock.now(),
    tags: readTags(input.Tags),
    inline: {},
    attached: [],
    ...(input.PermissionsBoundary !== undefined && {
      boundary: findPolicy(state, input.PermissionsBoundary).arn,
    }),
    trust: AssumeRolePolicyDocument,
    ...(Description !== undefined && { description: Description }),
    maxSessionDuration: checkDuration(input.MaxSessionDuration ?? 3600),
  };
}

function checkDuration(seconds: number): number {
  if (seconds >= 3600 && seconds <= 43_200) return seconds;
  throw validationError(
    `1 validation error detected: Value '${seconds}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value between 3600 and 43200`,
  );
}

export function wireRole(role: Role): iam.Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.created),
    AssumeRolePolicyDocument: encodeDocument(role.trust),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    Tags: writeTags(role.tags),
    ...wireBoundary(role.boundary),
  };
}
