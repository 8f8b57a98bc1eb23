import { AwsError } from '../../endpoint/service.ts';

interface Statement {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Condition?: unknown;
}

const malformed = (message: string): AwsError => new AwsError('MalformedPolicy', message);

function statementsOf(policy: string): Statement[] {
  try {
    const { Statement = [] } = JSON.parse(policy) as { Statement?: Statement | Statement[] };
    return [Statement].flat();
  } catch {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
}

/** Refuses a bucket policy that S3 would refuse. */
export function checkPolicy(policy: string, bucket: string): string {
  const statements = statementsOf(policy);
  if (statements.length === 0) throw malformed('Missing required field Statement');
  for (const statement of statements) {
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
      throw malformed(`Invalid effect: ${String(statement.Effect)}`);
    if (statement.Principal === undefined && statement.NotPrincipal === undefined)
      throw malformed('Missing required field Principal');
    if (statement.Action === undefined && statement.NotAction === undefined)
      throw malformed('Missing required field Action');
    checkResources(statement, bucket);
  }
  return policy;
}

function checkResources({ Resource, NotResource }: Statement, bucket: string): void {
  const resources = [Resource ?? NotResource ?? []].flat() as string[];
  if (resources.length === 0) throw malformed('Missing required field Resource');
  const own = `arn:aws:s3:::${bucket}`;
  if (!resources.every((arn) => arn === own || arn.startsWith(`${own}/`) || arn === '*'))
    throw malformed('Policy has invalid resource');
}

/** Whether a policy lets everyone in. */
export function isPublic(policy: string): boolean {
  return statementsOf(policy).some(
    ({ Effect, Principal, Condition }) =>
      Effect === 'Allow' && Condition === undefined && names(Principal).includes('*'),
  );
}

function names(principal: unknown): unknown[] {
  return typeof principal === 'object' && principal ? Object.values(principal).flat() : [principal];
}
