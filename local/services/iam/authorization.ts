import {
  and,
  anywhere,
  each,
  on,
  tagging,
  type Authorization,
  type Need,
  type Rule,
} from '../../endpoint/authorization.ts';
import type { Call } from '../../endpoint/service.ts';
import { managedPolicies } from './managed.ts';
import type { IamState, Tags } from './state.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html */
export function iamAuthorization(state: IamState): Authorization {
  const { role, user, profile, policy, newPolicy } = resources(state);
  return {
    prefix: 'iam',
    operations: {
      ...each(['ListRoles', 'ListUsers', 'ListPolicies', 'ListInstanceProfiles'], anywhere),
      CreateRole: tagging('TagRole', role),
      ...each(['GetRole', 'UpdateRole', 'UpdateAssumeRolePolicy', 'DeleteRole'], role),
      ...each(attachments('Role'), role),
      ListInstanceProfilesForRole: role,
      CreateUser: tagging('TagUser', user),
      ...each(['GetUser', 'DeleteUser'], user),
      ...each(['CreateAccessKey', 'ListAccessKeys', 'UpdateAccessKey', 'DeleteAccessKey'], user),
      ...each(attachments('User'), user),
      SimulatePrincipalPolicy: on(({ PolicySourceArn }: { PolicySourceArn: string }) => PolicySourceArn),
      CreatePolicy: tagging('TagPolicy', newPolicy),
      ...each(['GetPolicy', 'DeletePolicy', 'TagPolicy', 'UntagPolicy', 'ListEntitiesForPolicy'], policy),
      ...each(['CreatePolicyVersion', 'GetPolicyVersion', 'ListPolicyVersions'], policy),
      ...each(['SetDefaultPolicyVersion', 'DeletePolicyVersion'], policy),
      CreateInstanceProfile: tagging('TagInstanceProfile', profile),
      ...each(['GetInstanceProfile', 'DeleteInstanceProfile', 'RemoveRoleFromInstanceProfile'], profile),
      ...each(['TagInstanceProfile', 'UntagInstanceProfile', 'ListInstanceProfileTags'], profile),
      AddRoleToInstanceProfile: and(profile, (input: { RoleName: string }) =>
        passRole(roleArn(state, input.RoleName), 'ec2.amazonaws.com'),
      ),
    },
    keys: {
      'iam:PolicyARN': ({ PolicyArn }: { PolicyArn?: string }) => PolicyArn,
      'iam:PermissionsBoundary': (input: { PermissionsBoundary?: string }) => input.PermissionsBoundary,
      // Those come with what passes a role.
      'iam:PassedToService': () => undefined,
      'iam:AWSServiceName': ({ AWSServiceName }: { AWSServiceName?: string }) => AWSServiceName,
    },
    tagsOf: (arn) => holderOf(state, arn)?.tags,
    policyOf: (arn) => (arn.includes(':role/') ? roleOf(state, arn)?.trust : undefined),
  };
}

const attachments = (kind: 'Role' | 'User'): string[] => [
  ...['Put', 'Get', 'Delete', 'Attach', 'Detach'].map((verb) => `${verb}${kind}Policy`),
  ...[`List${kind}Policies`, `ListAttached${kind}Policies`],
  ...[`Tag${kind}`, `Untag${kind}`, `List${kind}Tags`],
  ...[`Put${kind}PermissionsBoundary`, `Delete${kind}PermissionsBoundary`],
];

/** Handing a role over to a service asks for iam:PassRole on it. */
export const passRole = (arn: string, service: string): Need[] => [
  { action: 'iam:PassRole', resource: arn, keys: { 'iam:PassedToService': service } },
];

const lastOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

function roleOf({ roles }: IamState, arn: string) {
  const role = roles.get(lastOf(arn));
  return role?.arn === arn ? role : undefined;
}

export function roleArn({ roles, account }: IamState, name: string, path = '/'): string {
  return roles.get(name)?.arn ?? `arn:aws:iam::${account}:role${path}${name}`;
}

function resources(state: IamState) {
  const { account, users, profiles } = state;
  const arn = (rest: string): string => `arn:aws:iam::${account}:${rest}`;
  const role = on((input: { RoleName: string; Path?: string }) => roleArn(state, input.RoleName, input.Path));
  /** Without a name an operation means its caller. */
  const user = on(({ UserName, Path = '/' }: { UserName?: string; Path?: string }, { caller }: Call) =>
    UserName === undefined ? caller.arn : (users.get(UserName)?.arn ?? arn(`user${Path}${UserName}`)),
  );
  const profile = on((input: { InstanceProfileName: string; Path?: string }) => {
    const { InstanceProfileName: name, Path = '/' } = input;
    return profiles.get(name)?.arn ?? arn(`instance-profile${Path}${name}`);
  });
  const policy = on(({ PolicyArn }: { PolicyArn: string }) => PolicyArn);
  const newPolicy = on(({ PolicyName, Path = '/' }: { PolicyName: string; Path?: string }) =>
    arn(`policy${Path}${PolicyName}`),
  );
  return { role, user, profile, policy, newPolicy } satisfies Record<string, Rule>;
}

function holderOf(state: IamState, arn: string): { readonly tags: Tags } | undefined {
  const name = lastOf(arn);
  if (arn.includes(':role/')) return roleOf(state, arn);
  if (arn.includes(':user/')) return state.users.get(name);
  if (arn.includes(':instance-profile/')) return state.profiles.get(name);
  return state.policies.get(arn) ?? managedPolicies.get(arn);
}
