import type { Iam, Parts } from '../parts.ts';
import { isLetIn } from '../service-calls.ts';
import { attachmentOperations } from './attachments.ts';
import { iamAuthorization, passRole, roleArn } from './authorization.ts';
import { findKey, instanceSession, rootKey } from './keys.ts';
import { policyOperations } from './policies.ts';
import { profileOperations, roleOfProfile } from './profiles.ts';
import { findRole, roleOperations } from './roles.ts';
import { simulationOperations } from './simulation.ts';
import { openState } from './state.ts';
import { userOperations } from './users.ts';

/** Identity and Access Management: who may sign calls, and what policies hang on them. */
export function createIam(parts: Parts): Iam {
  const state = openState(parts);
  return {
    name: 'iam',
    authorization: iamAuthorization(state),
    operations: {
      ...roleOperations(state),
      ...userOperations(state),
      ...attachmentOperations(state),
      ...policyOperations(state),
      ...profileOperations(state),
      ...simulationOperations(state, () => parts.services),
    },
    rootAccessKey: () => rootKey(state),
    accessKey: (accessKeyId) => findKey(state, accessKeyId),
    roleCredentials(roleName, sessionName) {
      const session = instanceSession(state, findRole(state, roleName), sessionName);
      const { accessKeyId, secretAccessKey, sessionToken, expires } = session;
      return { roleName, accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expires) };
    },
    passProfile(nameOrArn, service) {
      const role = roleOfProfile(state, nameOrArn);
      return role === undefined ? [] : passRole(roleArn(state, role), service);
    },
    roleOfProfile: (nameOrArn) => roleOfProfile(state, nameOrArn),
    trusts: (roleName, service) =>
      isLetIn(parts, { service, action: 'sts:AssumeRole', resource: roleArn(state, roleName) }),
  };
}
