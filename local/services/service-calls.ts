/** Calls of AWS's own services on what belongs to the account: an alarm's on a topic, a topic's on a queue. */
import { CallKeys, ownerOf } from '../endpoint/call-keys.ts';
import { decide } from './iam/policy/decide.ts';
import { policyDocument } from './iam/policy/document.ts';
import { internalFacts, type Parts } from './parts.ts';

export interface ServiceCall {
  /** The service principal: `sns.amazonaws.com`. */
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  /** What it acts for: a topic's or an alarm's ARN. */
  readonly sourceArn?: string;
}

/**
 * Whether the policy that hangs on the resource lets the service in; nothing else speaks for it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-services
 */
export function isLetIn(parts: Parts, { service, action, resource, sourceArn }: ServiceCall): boolean {
  const policy = ownerOf(parts.services, resource)?.policyOf?.(resource);
  if (policy === undefined) return false;
  const facts = internalFacts(parts);
  const source = { 'aws:SourceAccount': parts.account, 'aws:SourceOwner': parts.account };
  const keys = {
    ...(sourceArn !== undefined && { 'aws:SourceArn': sourceArn, ...source }),
    'aws:PrincipalIsAWSService': true,
    'aws:PrincipalServiceName': service,
    'aws:PrincipalArn': undefined,
    'aws:PrincipalAccount': undefined,
    'aws:PrincipalType': undefined,
    'aws:userid': undefined,
    'aws:SourceIp': undefined,
  };
  const decision = decide(
    { action, resource, keys: new CallKeys(facts, { resource, keys }, () => undefined) },
    {
      caller: { account: parts.account, arn: '', service },
      identity: [],
      resource: policyDocument(policy),
      needsResource: true,
    },
  );
  return decision.allowed;
}
