import { decide, type Decision } from '../services/iam/policy/decide.ts';
import { policyDocument } from '../services/iam/policy/document.ts';
import { CallKeys, ownerOf, type CallFacts } from './call-keys.ts';
import type { Need } from './authorization.ts';
import { denial, denialText } from './denial.ts';
import type { ServiceModel } from './models.ts';
import type { AwsError } from './service.ts';

/** The one place where policies are asked whether a call may be made; throws AWS's denial. */
export function authorize(model: ServiceModel, operation: string, facts: CallFacts): void {
  const table = facts.services[model.name]?.authorization;
  // Root needs no policy; only a resource's own can deny it something, and not everything.
  if (!facts.identity && (!table?.policyOf || table.rootMay?.includes(operation))) return;
  const rule = table?.operations[operation];
  if (rule) for (const need of rule(facts.input, facts.call)) demand(model, operation, facts, need);
  else if (facts.identity)
    throw new Error(`${model.name} ${operation} is not in the service's authorization table`);
}

/** Throws AWS's denial where a caller may not see an error of an operation. */
export function checkRevealing(model: ServiceModel, operation: string, facts: CallFacts, code: string): void {
  const need = facts.services[model.name]?.authorization?.revealing?.(operation, facts.input, code);
  if (need) demand(model, operation, facts, need);
}

function demand(model: ServiceModel, operation: string, facts: CallFacts, need: Need): void {
  const refused = refusal(model, operation, facts, need);
  if (refused) throw refused;
}

/** AWS's denial of one need of a call; undefined: policies allow it. */
export function refusal(
  model: ServiceModel,
  operation: string,
  facts: CallFacts,
  need: Need,
): AwsError | undefined {
  const prefix = facts.services[model.name]?.authorization?.prefix ?? model.name;
  const action = need.action?.includes(':') ? need.action : `${prefix}:${need.action ?? operation}`;
  const decision = decisionOn(facts, action, need);
  if (decision.allowed) return undefined;
  return denial(model, { callerArn: facts.call.caller.arn, action, resource: need.resource, decision });
}

/** Why policies deny one action on one resource, in AWS's words; undefined: they allow it. */
export function whyDenied(name: ServiceModel['name'], facts: CallFacts, need: Need): string | undefined {
  const { action = '', resource } = need;
  const decision = decisionOn(facts, action, need);
  if (decision.allowed) return undefined;
  return denialText(name, { callerArn: facts.call.caller.arn, action, resource, decision });
}

/** What all policies together say of one action on one resource. */
export function decisionOn(facts: CallFacts, action: string, need: Need): Decision {
  const { call, identity, services } = facts;
  const policy = ownerOf(services, need.resource)?.policyOf?.(need.resource);
  if (!identity && policy === undefined) return { allowed: true };
  return decide(
    { action, resource: need.resource, keys: new CallKeys(facts, need, tellOnce) },
    {
      caller: { account: call.account, arn: call.caller.arn, roleArn: identity?.roleArn },
      identity: identity?.policies,
      boundary: identity?.boundary,
      session: identity?.session,
      resource: policy === undefined ? undefined : policyDocument(policy),
      needsResource: action === 'sts:AssumeRole',
    },
  );
}

const told = new Set<string>();

function tellOnce(key: string): void {
  if (told.has(key)) return;
  told.add(key);
  console.error(
    `IAM: nothing here tells the condition key ${key}: a statement with it allows nothing, and denies always.`,
  );
}
