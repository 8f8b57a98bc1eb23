import type * as iam from '@aws-sdk/client-iam';
import { CallKeys } from '../../endpoint/call-keys.ts';
import type { Answer, Call, Caller } from '../../endpoint/service.ts';
import type { Identity } from '../../endpoint/identity.ts';
import type { Services } from '../parts.ts';
import { noSuchEntity, refuse, validationError } from './errors.ts';
import { identityOfRole, identityOfUser } from './identity.ts';
import { decide, type Decision } from './policy/decide.ts';
import { policyDocument } from './policy/document.ts';
import type { IamState } from './state.ts';

/** The policy simulator: what a user or role would be allowed, without doing it. */
export function simulationOperations(state: IamState, services: () => Services) {
  return {
    SimulatePrincipalPolicy(
      input: iam.SimulatePrincipalPolicyCommandInput,
      call: Call,
    ): Answer<iam.SimulatePrincipalPolicyCommandOutput> {
      refuse(input, 'CallerArn', 'ResourceHandlingOption', 'ResourceOwner', 'Marker', 'MaxItems');
      const { caller, identity } = principalOf(state, input.PolicySourceArn ?? '');
      const more = (input.PolicyInputList ?? []).map(policyDocument);
      const boundary = input.PermissionsBoundaryPolicyInputList?.map(policyDocument)[0] ?? identity.boundary;
      const { ResourcePolicy: resource } = input;
      const results = pairs(input).map(([action, arn]) => {
        const facts = {
          call: { ...call, caller },
          identity,
          input: {},
          services: services(),
          now: state.clock.now(),
          sourceAddress: '',
          headers: {},
        };
        const keys = new CallKeys(facts, { resource: arn, keys: given(input) }, () => undefined);
        const decision = decide(
          { action, resource: arn, keys },
          {
            caller: { account: state.account, arn: caller.arn, roleArn: identity.roleArn },
            identity: [...identity.policies, ...more],
            boundary,
            resource: resource === undefined ? undefined : policyDocument(resource),
          },
        );
        return { EvalActionName: action, EvalResourceName: arn, EvalDecision: wordFor(decision) };
      });
      return { EvaluationResults: results, IsTruncated: false };
    },
  };
}

function principalOf(state: IamState, arn: string): { caller: Caller; identity: Identity } {
  const user = [...state.users.values()].find((one) => one.arn === arn);
  if (user) {
    const caller = { kind: 'user', arn, userId: user.id, accessKeyId: '' } as const;
    return { caller, identity: identityOfUser(state, user) };
  }
  const role = [...state.roles.values()].find((one) => one.arn === arn);
  if (!role) throw noSuchEntity(`The principal ${arn} cannot be found.`);
  const caller = { kind: 'role', arn, userId: role.id, accessKeyId: '', roleName: role.name } as const;
  return { caller, identity: identityOfRole(state, role) };
}

function pairs(input: iam.SimulatePrincipalPolicyCommandInput): [action: string, resource: string][] {
  const { ActionNames = [], ResourceArns = ['*'] } = input;
  if (ActionNames.length === 0) throw validationError('ActionNames must not be empty.');
  return ActionNames.flatMap((action) => ResourceArns.map((arn): [string, string] => [action, arn]));
}

const given = ({ ContextEntries = [] }: iam.SimulatePrincipalPolicyCommandInput): Record<string, string[]> =>
  Object.fromEntries(
    ContextEntries.map(({ ContextKeyName = '', ContextKeyValues = [] }) => [
      ContextKeyName,
      ContextKeyValues,
    ]),
  );

function wordFor(decision: Decision): iam.PolicyEvaluationDecisionType {
  if (decision.allowed) return 'allowed';
  return decision.isExplicit ? 'explicitDeny' : 'implicitDeny';
}
