import { string } from '../../../resource/schema.ts';
import { global, tags } from '../../define.ts';
import { ifFound, isError } from '../../errors.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';
import type { Context } from '../../context.ts';
import { gone } from './role.ts';

export default global({
  type: 'aws:iam/instanceProfile:InstanceProfile',
  naming: { property: 'name', prefix: 'namePrefix', maximum: 128 },
  inputs: {
    name: string({ replaces: true }),
    namePrefix: string({ replaces: true, hidden: true }),
    path: string({ replaces: true, default: '/' }),
    role: string(),
    tags: tags(),
  },

  async create(inputs, context) {
    const iam = await context.clients.iam();
    const name = inputs.name ?? '';
    await iam.createInstanceProfile({
      InstanceProfileName: name,
      Path: inputs.path,
      ...(inputs.tags && Object.keys(inputs.tags).length > 0 ? { Tags: toTags(inputs.tags) } : {}),
    });
    context.created(name);
    await context.until(`instance profile ${name} cannot be seen yet`, async () => describe(context, name));
    if (inputs.role) await addRole(context, name, inputs.role);
    return name;
  },

  async read(id, context) {
    const profile = await describe(context, id);
    return (
      profile && {
        arn: profile.Arn,
        name: profile.InstanceProfileName,
        path: profile.Path,
        role: profile.Roles?.[0]?.RoleName,
        createDate: profile.CreateDate?.toISOString().replace('.000Z', 'Z'),
        uniqueId: profile.InstanceProfileId,
        ...fromTags(profile.Tags),
      }
    );
  },

  async update(id, { olds, news, changed }, context) {
    const iam = await context.clients.iam();
    if (changed('role')) {
      await removeRole(context, id);
      if (news.role) await addRole(context, id, news.role);
    }
    if (!changed('tags')) return;
    const { set, removed } = tagChanges(olds, news.tags);
    if (removed.length > 0) await iam.untagInstanceProfile({ InstanceProfileName: id, TagKeys: removed });
    if (Object.keys(set).length > 0)
      await iam.tagInstanceProfile({ InstanceProfileName: id, Tags: toTags(set) });
  },

  async delete(id, context) {
    const iam = await context.clients.iam();
    await removeRole(context, id);
    await ifFound(gone, () => iam.deleteInstanceProfile({ InstanceProfileName: id }));
  },
});

async function describe(context: Context, name: string) {
  const iam = await context.clients.iam();
  const found = await ifFound(gone, () => iam.getInstanceProfile({ InstanceProfileName: name }));
  return found?.InstanceProfile;
}

/** A role made a moment ago may not be known everywhere yet. */
async function addRole(context: Context, profile: string, role: string): Promise<void> {
  const iam = await context.clients.iam();
  await context.until(`role ${role} cannot be seen yet`, async () => {
    try {
      await iam.addRoleToInstanceProfile({ InstanceProfileName: profile, RoleName: role });
      return true;
    } catch (error) {
      if (isError(error, 'InvalidParameterValue')) return undefined;
      throw error;
    }
  });
}

async function removeRole(context: Context, profile: string): Promise<void> {
  const iam = await context.clients.iam();
  const role = (await describe(context, profile))?.Roles?.[0]?.RoleName;
  if (!role) return;
  await ifFound(gone, () =>
    iam.removeRoleFromInstanceProfile({ InstanceProfileName: profile, RoleName: role }),
  );
}
