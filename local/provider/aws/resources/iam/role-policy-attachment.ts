import { required, string } from '../../../resource/schema.ts';
import type { Properties } from '../../../protocol/values.ts';
import { global } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { gone } from './role.ts';

export default global({
  type: 'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
  inputs: {
    role: required(string({ replaces: true })),
    policyArn: required(string({ replaces: true })),
  },

  async create({ role, policyArn }, context) {
    const iam = await context.clients.iam();
    await iam.attachRolePolicy({ RoleName: role, PolicyArn: policyArn });
    return `${role}/${policyArn}`;
  },

  async read(id, context, known) {
    const [role, policyArn] = place(id, known.state, known.inputs);
    const iam = await context.clients.iam();
    const found = await ifFound(gone, () => iam.listAttachedRolePolicies({ RoleName: role }));
    const isAttached = found?.AttachedPolicies?.some(({ PolicyArn }) => PolicyArn === policyArn);
    return isAttached ? { role, policyArn } : undefined;
  },

  async delete(id, context, known) {
    const [role, policyArn] = place(id, known.state);
    const iam = await context.clients.iam();
    await ifFound(gone, () => iam.detachRolePolicy({ RoleName: role, PolicyArn: policyArn }));
  },
});

/** From what is known; an import names both as `role/arn:…`. */
function place(id: string, ...known: readonly Properties[]): [role: string, policyArn: string] {
  for (const { role, policyArn } of known)
    if (typeof role === 'string' && typeof policyArn === 'string') return [role, policyArn];
  const slash = id.indexOf('/');
  return [id.slice(0, slash), id.slice(slash + 1)];
}
