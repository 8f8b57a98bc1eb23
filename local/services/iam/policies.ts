import type * as iam from '@aws-sdk/client-iam';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { alreadyExists, deleteConflict, limitExceeded, noSuchEntity } from './errors.ts';
import { uniqueId } from './identifiers.ts';
import { managedPolicies } from './managed.ts';
import { page, underPath } from './paging.ts';
import type { IamState, Policy } from './state.ts';
import {
  checkDocument,
  checkName,
  checkPath,
  encodeDocument,
  readTags,
  writeTags,
  sizeOf,
} from './validation.ts';

/** A managed policy by its ARN, the account's own or AWS's; or NoSuchEntity. */
export function findPolicy(state: IamState, arn = ''): Policy {
  const policy = state.policies.get(arn) ?? managedPolicies.get(arn);
  if (policy) return policy;
  if (!/^arn:aws:iam::(?:aws|\d{12}):policy\/./.test(arn))
    throw new AwsError('InvalidInput', `ARN ${arn} is not valid.`);
  throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
}

/** Managed policies and their versions. */
export function policyOperations(state: IamState) {
  return {
    CreatePolicy(input: iam.CreatePolicyCommandInput): Answer<iam.CreatePolicyCommandOutput> {
      const policy = newPolicy(state, input);
      if (state.policies.has(policy.arn))
        throw alreadyExists(
          `A policy called ${policy.name} already exists. Duplicate names are not allowed.`,
        );
      state.policies.set(policy.arn, policy);
      return { Policy: wirePolicy(state, policy) };
    },

    GetPolicy: ({ PolicyArn }: iam.GetPolicyCommandInput): Answer<iam.GetPolicyCommandOutput> => ({
      Policy: wirePolicy(state, findPolicy(state, PolicyArn)),
    }),

    ListPolicies(input: iam.ListPoliciesCommandInput): Answer<iam.ListPoliciesCommandOutput> {
      const own = input.Scope === 'AWS' ? [] : [...state.policies.values()];
      const known = input.Scope === 'Local' ? [] : [...managedPolicies.values()];
      const all = underPath([...own, ...known], input.PathPrefix);
      const wanted = input.OnlyAttached ? all.filter((policy) => attachments(state, policy.arn) > 0) : all;
      const { items, rest } = page(wanted, input);
      return { Policies: items.map((policy) => wirePolicy(state, policy)), ...rest };
    },

    DeletePolicy({ PolicyArn }: iam.DeletePolicyCommandInput): void {
      const policy = ownPolicy(state, PolicyArn);
      if (attachments(state, policy.arn) > 0)
        throw deleteConflict('Cannot delete a policy attached to entities.');
      if (boundaries(state, policy.arn) > 0)
        throw deleteConflict('Cannot delete a policy that is a permissions boundary.');
      if (policy.versions.length > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      }
      state.policies.delete(policy.arn);
    },

    CreatePolicyVersion(
      input: iam.CreatePolicyVersionCommandInput,
    ): Answer<iam.CreatePolicyVersionCommandOutput> {
      const policy = ownPolicy(state, input.PolicyArn);
      checkManaged(input.PolicyDocument ?? '');
      if (policy.versions.length >= 5) {
        throw limitExceeded(
          'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
        );
      }
      const version = {
        id: `v${++policy.lastVersion}`,
        document: input.PolicyDocument ?? '',
        created: state.clock.now(),
      };
      policy.versions.push(version);
      if (input.SetAsDefault) policy.defaultVersion = version.id;
      state.policies.set(policy.arn, policy);
      return { PolicyVersion: wireVersion(policy, version.id, false) };
    },

    GetPolicyVersion: ({
      PolicyArn,
      VersionId,
    }: iam.GetPolicyVersionCommandInput): Answer<iam.GetPolicyVersionCommandOutput> => ({
      PolicyVersion: wireVersion(findPolicy(state, PolicyArn), VersionId ?? '', true),
    }),

    ListPolicyVersions(
      input: iam.ListPolicyVersionsCommandInput,
    ): Answer<iam.ListPolicyVersionsCommandOutput> {
      const policy = findPolicy(state, input.PolicyArn);
      const { items, rest } = page(policy.versions, input);
      return { Versions: items.map(({ id }) => wireVersion(policy, id, false)), ...rest };
    },

    SetDefaultPolicyVersion({ PolicyArn, VersionId = '' }: iam.SetDefaultPolicyVersionCommandInput): void {
      const policy = ownPolicy(state, PolicyArn);
      wireVersion(policy, VersionId, false);
      policy.defaultVersion = VersionId;
      state.policies.set(policy.arn, policy);
    },

    DeletePolicyVersion({ PolicyArn, VersionId = '' }: iam.DeletePolicyVersionCommandInput): void {
      const policy = ownPolicy(state, PolicyArn);
      wireVersion(policy, VersionId, false);
      if (policy.defaultVersion === VersionId)
        throw deleteConflict('Cannot delete the default version of a policy.');
      policy.versions = policy.versions.filter(({ id }) => id !== VersionId);
      state.policies.set(policy.arn, policy);
    },

    TagPolicy({ PolicyArn, Tags }: iam.TagPolicyCommandInput): void {
      const policy = ownPolicy(state, PolicyArn);
      policy.tags = { ...policy.tags, ...readTags(Tags) };
      state.policies.set(policy.arn, policy);
    },

    UntagPolicy({ PolicyArn, TagKeys = [] }: iam.UntagPolicyCommandInput): void {
      const policy = ownPolicy(state, PolicyArn);
      policy.tags = Object.fromEntries(Object.entries(policy.tags).filter(([key]) => !TagKeys.includes(key)));
      state.policies.set(policy.arn, policy);
    },

    ListEntitiesForPolicy(
      input: iam.ListEntitiesForPolicyCommandInput,
    ): Answer<iam.ListEntitiesForPolicyCommandOutput> {
      const { arn } = findPolicy(state, input.PolicyArn);
      const isAttached = ({ attached }: { attached: string[] }): boolean => attached.includes(arn);
      return {
        PolicyRoles: [...state.roles.values()]
          .filter(isAttached)
          .map(({ name, id }) => ({ RoleName: name, RoleId: id })),
        PolicyUsers: [...state.users.values()]
          .filter(isAttached)
          .map(({ name, id }) => ({ UserName: name, UserId: id })),
        PolicyGroups: [],
        IsTruncated: false,
      };
    },
  };
}

function newPolicy(state: IamState, input: iam.CreatePolicyCommandInput): Policy {
  const { PolicyName = '', PolicyDocument = '', Description } = input;
  checkName('policyName', PolicyName, 128);
  checkManaged(PolicyDocument);
  const path = checkPath(input.Path);
  const created = state.clock.now();
  return {
    name: PolicyName,
    path,
    id: uniqueId('ANPA'),
    arn: `arn:aws:iam::${state.account}:policy${path}${PolicyName}`,
    created,
    ...(Description !== undefined && { description: Description }),
    tags: readTags(input.Tags),
    versions: [{ id: 'v1', document: PolicyDocument, created }],
    defaultVersion: 'v1',
    lastVersion: 1,
  };
}

const managedQuota = 6144;

function checkManaged(document: string): void {
  checkDocument(document, 'identity');
  if (sizeOf(document) > managedQuota)
    throw limitExceeded(`Cannot exceed quota for PolicySize: ${managedQuota}`);
}

function ownPolicy(state: IamState, arn = ''): Policy {
  const policy = findPolicy(state, arn);
  if (managedPolicies.has(arn))
    throw new AwsError('AccessDenied', `Cannot change ${arn}: it belongs to AWS.`, 403);
  return policy;
}

function attachments(state: IamState, arn: string): number {
  return [...state.roles.values(), ...state.users.values()].filter(({ attached }) => attached.includes(arn))
    .length;
}

const boundaries = (state: IamState, arn: string): number =>
  [...state.roles.values(), ...state.users.values()].filter(({ boundary }) => boundary === arn).length;

function wirePolicy(state: IamState, policy: Policy): iam.Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: attachments(state, policy.arn),
    PermissionsBoundaryUsageCount: boundaries(state, policy.arn),
    IsAttachable: true,
    Description: policy.description,
    CreateDate: new Date(policy.created),
    UpdateDate: new Date(policy.versions.at(-1)?.created ?? policy.created),
    Tags: writeTags(policy.tags),
  };
}

function wireVersion(policy: Policy, id: string, withDocument: boolean): iam.PolicyVersion {
  const version = policy.versions.find((candidate) => candidate.id === id);
  if (!version) throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  return {
    VersionId: id,
    IsDefaultVersion: policy.defaultVersion === id,
    CreateDate: new Date(version.created),
    ...(withDocument && { Document: encodeDocument(version.document) }),
  };
}
