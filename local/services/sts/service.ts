import type * as sts from '@aws-sdk/client-sts';
import { AwsError, type Answer, type Call, type Caller, type Service } from '../../endpoint/service.ts';
import { documentOf } from '../iam/identity.ts';
import { newSession, sessionArn } from '../iam/keys.ts';
import { openState, type IamState, type Role, type Session } from '../iam/state.ts';
import { checkDocument, readTags } from '../iam/validation.ts';
import type { Parts } from '../parts.ts';
import { stsAuthorization } from './authorization.ts';

/** Security Token Service: who am I, and temporary credentials of roles. It shares IAM's state. */
export function createSts(parts: Parts): Service {
  const state = openState(parts);
  return {
    name: 'sts',
    authorization: stsAuthorization,
    operations: {
      GetCallerIdentity: (
        _: sts.GetCallerIdentityCommandInput,
        { caller, account }: Call,
      ): Answer<sts.GetCallerIdentityCommandOutput> => ({
        UserId: caller.userId,
        Account: account,
        Arn: caller.arn,
      }),
      AssumeRole: (input: sts.AssumeRoleCommandInput, call: Call) => assumeRole(state, input, call),
    },
  };
}

const unsupported = [
  'TransitiveTagKeys',
  'SerialNumber',
  'TokenCode',
  'SourceIdentity',
  'ProvidedContexts',
] as const;

function assumeRole(
  state: IamState,
  input: sts.AssumeRoleCommandInput,
  { caller }: Call,
): Answer<sts.AssumeRoleCommandOutput> {
  const given = unsupported.find((field) => input[field] !== undefined);
  if (given)
    throw new AwsError('InvalidParameterValue', `local cloud: sts AssumeRole does not implement ${given}`);
  const role = assumedRole(state, input.RoleArn ?? '', caller);
  const seconds = checkDuration(input.DurationSeconds ?? 3600, role);
  const sessionName = checkSessionName(input.RoleSessionName ?? '');
  const session = newSession(state, role, sessionName, seconds, ownOf(state, input));
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expires),
    },
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${sessionName}`,
      Arn: sessionArn(state.account, role.name, sessionName),
    },
  };
}

/** The role; whether the caller may assume it was decided before, by its trust policy and the caller's own. */
function assumedRole(state: IamState, arn: string, caller: Caller): Role {
  if (caller.kind === 'root')
    throw new AwsError('AccessDenied', 'Roles may not be assumed by root accounts.', 403);
  const role = [...state.roles.values()].find((candidate) => candidate.arn === arn);
  if (role) return role;
  // AWS does not tell a missing role from a forbidden one.
  throw new AwsError(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    403,
  );
}

/** Policies and tags that the session is to have beyond its role's. */
function ownOf(state: IamState, input: sts.AssumeRoleCommandInput): Pick<Session, 'policies' | 'tags'> {
  const attached = (input.PolicyArns ?? []).map(({ arn = '' }) => {
    const document = documentOf(state, arn);
    if (document === undefined) throw new AwsError('ValidationError', `Policy ${arn} does not exist.`);
    return document;
  });
  if (input.Policy !== undefined) checkDocument(input.Policy, 'identity');
  const policies = [...attached, ...(input.Policy === undefined ? [] : [input.Policy])];
  return {
    ...(policies.length > 0 && { policies }),
    ...(input.Tags?.length && { tags: readTags(input.Tags) }),
  };
}

function checkDuration(seconds: number, role: Role): number {
  if (seconds < 900 || seconds > 43_200) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200`,
    );
  }
  if (seconds > role.maxSessionDuration) {
    throw new AwsError(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  return seconds;
}

function checkSessionName(name: string): string {
  if (/^[\w+=,.@-]{2,64}$/.test(name)) return name;
  throw new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}`,
  );
}
