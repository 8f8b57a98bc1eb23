import type { IAM } from '@aws-sdk/client-iam';
import type { Properties } from '../../../protocol/values.ts';
import {
  boolean,
  json,
  number,
  object,
  required,
  set,
  string,
  type Inputs,
} from '../../../resource/schema.ts';
import { global, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';

export const gone = ['NoSuchEntity', 'NoSuchEntityException'];

const inputs = {
  name: string({ replaces: true }),
  namePrefix: string({ replaces: true, hidden: true }),
  path: string({ replaces: true, default: '/' }),
  assumeRolePolicy: required(json()),
  description: string(),
  maxSessionDuration: number({ default: 3600 }),
  permissionsBoundary: string(),
  forceDetachPolicies: boolean({ default: false, hidden: true }),
  // Without them policies belong to resources of their own.
  inlinePolicies: set(object({ name: string(), policy: json() }), { computed: true }),
  managedPolicyArns: set(string(), { computed: true }),
  tags: tags(),
};
type Role = Inputs<typeof inputs>;

export default global({
  type: 'aws:iam/role:Role',
  naming: { property: 'name', prefix: 'namePrefix', maximum: 64 },
  inputs,

  async create(role, context) {
    const iam = await context.clients.iam();
    const name = role.name ?? '';
    await iam.createRole({
      RoleName: name,
      Path: role.path,
      AssumeRolePolicyDocument: role.assumeRolePolicy,
      Description: role.description,
      MaxSessionDuration: role.maxSessionDuration,
      PermissionsBoundary: role.permissionsBoundary,
      ...(role.tags && Object.keys(role.tags).length > 0 ? { Tags: toTags(role.tags) } : {}),
    });
    context.created(name);
    await setInline(iam, name, {}, role);
    await setManaged(iam, name, {}, role);
    return name;
  },

  async read(id, context, known) {
    const iam = await context.clients.iam();
    const found = await ifFound(gone, () => iam.getRole({ RoleName: id }));
    const role = found?.Role;
    if (!role) return undefined;
    return {
      arn: role.Arn,
      name: role.RoleName,
      path: role.Path,
      assumeRolePolicy: decodeURIComponent(role.AssumeRolePolicyDocument ?? ''),
      description: role.Description,
      maxSessionDuration: role.MaxSessionDuration ?? 3600,
      permissionsBoundary: role.PermissionsBoundary?.PermissionsBoundaryArn,
      createDate: role.CreateDate?.toISOString().replace('.000Z', 'Z'),
      uniqueId: role.RoleId,
      ...('inlinePolicies' in known.inputs ? { inlinePolicies: await inline(iam, id) } : {}),
      ...('managedPolicyArns' in known.inputs ? { managedPolicyArns: await managed(iam, id) } : {}),
      ...fromTags(role.Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const iam = await context.clients.iam();
    if (changed('assumeRolePolicy'))
      await iam.updateAssumeRolePolicy({ RoleName: id, PolicyDocument: news.assumeRolePolicy });
    if (changed('description', 'maxSessionDuration'))
      await iam.updateRole({
        RoleName: id,
        Description: news.description ?? '',
        MaxSessionDuration: news.maxSessionDuration,
      });
    if (changed('permissionsBoundary')) {
      if (news.permissionsBoundary)
        await iam.putRolePermissionsBoundary({ RoleName: id, PermissionsBoundary: news.permissionsBoundary });
      else await iam.deleteRolePermissionsBoundary({ RoleName: id });
    }
    if (changed('inlinePolicies')) await setInline(iam, id, olds, news);
    if (changed('managedPolicyArns')) await setManaged(iam, id, olds, news);
    if (!changed('tags')) return;
    const { set: added, removed } = tagChanges(olds, news.tags);
    if (removed.length > 0) await iam.untagRole({ RoleName: id, TagKeys: removed });
    if (Object.keys(added).length > 0) await iam.tagRole({ RoleName: id, Tags: toTags(added) });
  },

  async delete(id, context, { state }) {
    const iam = await context.clients.iam();
    await ifFound(gone, async () => {
      const force = state.forceDetachPolicies === true;
      if (force || state.inlinePolicies) {
        for (const { name } of await inline(iam, id))
          await iam.deleteRolePolicy({ RoleName: id, PolicyName: name as string });
      }
      if (force || state.managedPolicyArns) {
        for (const PolicyArn of await managed(iam, id))
          await iam.detachRolePolicy({ RoleName: id, PolicyArn });
      }
      return iam.deleteRole({ RoleName: id });
    });
  },
});

async function inline(iam: IAM, role: string): Promise<Properties[]> {
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName: role });
  return Promise.all(
    PolicyNames.map(async (name) => {
      const { PolicyDocument = '' } = await iam.getRolePolicy({ RoleName: role, PolicyName: name });
      return { name, policy: decodeURIComponent(PolicyDocument) };
    }),
  );
}

async function managed(iam: IAM, role: string): Promise<string[]> {
  const { AttachedPolicies = [] } = await iam.listAttachedRolePolicies({ RoleName: role });
  return AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []).sort();
}

async function setInline(iam: IAM, role: string, olds: Properties, { inlinePolicies }: Role): Promise<void> {
  const before = ((olds.inlinePolicies ?? []) as unknown as readonly { name: string }[]).map(
    ({ name }) => name,
  );
  for (const { name, policy } of inlinePolicies ?? [])
    await iam.putRolePolicy({ RoleName: role, PolicyName: name, PolicyDocument: policy });
  const after = (inlinePolicies ?? []).map(({ name }) => name);
  for (const name of before)
    if (!after.includes(name)) await iam.deleteRolePolicy({ RoleName: role, PolicyName: name });
}

async function setManaged(
  iam: IAM,
  role: string,
  olds: Properties,
  { managedPolicyArns }: Role,
): Promise<void> {
  const before = (olds.managedPolicyArns ?? []) as readonly string[];
  const after = managedPolicyArns ?? [];
  for (const PolicyArn of after)
    if (!before.includes(PolicyArn)) await iam.attachRolePolicy({ RoleName: role, PolicyArn });
  for (const PolicyArn of before)
    if (!after.includes(PolicyArn)) await iam.detachRolePolicy({ RoleName: role, PolicyArn });
}
