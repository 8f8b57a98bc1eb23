import { json, required, string } from '../../../resource/schema.ts';
import { global } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { gone } from './role.ts';

export default global({
  type: 'aws:iam/rolePolicy:RolePolicy',
  naming: { property: 'name', prefix: 'namePrefix', maximum: 128 },
  inputs: {
    name: string({ replaces: true }),
    namePrefix: string({ replaces: true, hidden: true }),
    role: required(string({ replaces: true })),
    policy: required(json()),
  },

  async create({ role, name = '', policy }, context) {
    const iam = await context.clients.iam();
    await iam.putRolePolicy({ RoleName: role, PolicyName: name, PolicyDocument: policy });
    return `${role}:${name}`;
  },

  async read(id, context) {
    const [role, name] = place(id);
    const iam = await context.clients.iam();
    const found = await ifFound(gone, () => iam.getRolePolicy({ RoleName: role, PolicyName: name }));
    return found && { role, name, policy: decodeURIComponent(found.PolicyDocument ?? '') };
  },

  async update(id, { news }, context) {
    const [role, name] = place(id);
    const iam = await context.clients.iam();
    await iam.putRolePolicy({ RoleName: role, PolicyName: name, PolicyDocument: news.policy });
  },

  async delete(id, context) {
    const [role, name] = place(id);
    const iam = await context.clients.iam();
    await ifFound(gone, () => iam.deleteRolePolicy({ RoleName: role, PolicyName: name }));
  },
});

/** A role's name holds no colon, so the first one ends it. */
function place(id: string): [role: string, name: string] {
  const colon = id.indexOf(':');
  return [id.slice(0, colon), id.slice(colon + 1)];
}
