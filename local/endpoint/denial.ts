import type { Decision } from '../services/iam/policy/decide.ts';
import type { ServiceModel } from './models.ts';
import { AwsError } from './service.ts';

export interface Denied {
  readonly callerArn: string;
  readonly action: string;
  readonly resource: string;
  readonly decision: Decision & { readonly allowed: false };
}

/** What AWS answers to a call that is not allowed: each protocol has its own code. */
export function denial(model: ServiceModel, denied: Denied): AwsError {
  const [code, status] = codeOf(model);
  const why = denialText(model.name, denied);
  return new AwsError(
    code,
    model.protocol === 'ec2' ? `You are not authorized to perform this operation. ${why}` : why,
    status,
  );
}

function codeOf({ name, protocol, queryCompatible }: ServiceModel): [code: string, status: number] {
  if (protocol === 'ec2') return ['UnauthorizedOperation', 403];
  if (name === 'sns') return ['AuthorizationError', 403];
  if (protocol === 'rest-json') return ['AccessDeniedException', 403];
  return protocol === 'json' && !queryCompatible ? ['AccessDeniedException', 400] : ['AccessDenied', 403];
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function denialText(
  name: ServiceModel['name'],
  { callerArn, action, resource, decision }: Denied,
): string {
  // SQS writes actions in lower case, SNS its own name in upper case, S3 resources in quotes.
  const shown = name === 'sqs' ? action.toLowerCase() : action.replace(/^sns:/, 'SNS:');
  const on = resource === '*' ? '' : ` on resource: ${name === 's3' ? `"${resource}"` : resource}`;
  const { isExplicit, by } = decision;
  const because = isExplicit
    ? `with an explicit deny in ${/^[aei]/.test(by) ? 'an' : 'a'} ${by}`
    : `because no ${by} allows the ${shown} action`;
  return `User: ${callerArn} is not authorized to perform: ${shown}${on} ${because}`;
}
