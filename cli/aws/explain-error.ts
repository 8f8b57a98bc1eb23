import { exitCodes, UserError } from '../errors.ts';

interface AwsFailure extends Error {
  readonly code?: string;
  readonly errno?: number;
  readonly $metadata?: { readonly requestId?: string; readonly httpStatusCode?: number };
  readonly errors?: readonly AwsFailure[];
}

const missingCredentials = new Set(['CredentialsProviderError', 'TokenProviderError']);
const badCredentials = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'AuthFailure',
]);
const denied = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'UnauthorizedAccess',
  'AuthorizationError',
]);
const unreachable = new Map([
  ['ECONNREFUSED', 'refuses connections'],
  ['ENOTFOUND', 'has no address (is the name right, is the network up?)'],
  ['EAI_AGAIN', 'cannot be looked up (is the network up?)'],
  ['ETIMEDOUT', 'does not answer'],
  ['ECONNRESET', 'closed the connection'],
  ['EHOSTUNREACH', 'cannot be reached'],
  ['ENETUNREACH', 'cannot be reached'],
]);

/** Puts a failure of the AWS SDK into the user's words; undefined for anything that is not one. */
export function explainAwsError(error: unknown, environment: NodeJS.ProcessEnv): UserError | undefined {
  if (!(error instanceof Error)) return undefined;
  const failure = error as AwsFailure;
  if (missingCredentials.has(failure.name)) return withoutCredentials(failure);
  if (failure.message === 'Region is missing')
    return new UserError('No AWS region is set.', {
      next: 'export AWS_REGION=eu-central-1   (or set aws:region in the stack file)',
      cause: error,
    });
  const network = unreachable.get(
    failure.name === 'TimeoutError' ? 'ETIMEDOUT' : (failure.code ?? failure.errors?.[0]?.code ?? ''),
  );
  if (network) return notReached(failure, network, environment);
  if (!failure.$metadata) return undefined;
  if (badCredentials.has(failure.name))
    return new UserError(`AWS does not accept these credentials: ${failure.name}: ${failure.message}`, {
      next: 'aws sts get-caller-identity   (shows whose they are; sign in again when they have expired)',
      cause: error,
    });
  if (denied.has(failure.name) || failure.$metadata.httpStatusCode === 403) return accessDenied(failure);
  const passes = isPassing(failure);
  return new UserError(`AWS answered with ${failure.name}: ${failure.message}`, {
    exitCode: passes ? exitCodes.usage : exitCodes.bug,
    next: passes
      ? 'the same command again   (--verbose shows the request id)'
      : 'the same command with --verbose   (shows the request id)',
    cause: error,
  });
}

/** AWS has too much to do, or fails itself: as with an endpoint that does not answer, nothing is wrong with Beanpole. */
const isPassing = ({ name, $metadata: { httpStatusCode = 0 } = {} }: AwsFailure): boolean =>
  httpStatusCode >= 500 ||
  httpStatusCode === 429 ||
  /Throttl|SlowDown|RequestLimitExceeded|TooManyRequests|TooManyUpdates|PriorRequestNotComplete/.test(name);

/** As IAM words it: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
const denial =
  /User: (?<caller>\S+) is not authorized to perform: (?<action>[\w-]+:\w+)(?: on resource: "?(?<resource>[^\s"]+)"?)?(?: (?<why>(?:because|with) [^]*))?/;

/** Names the permission that is missing, and where to add it. */
function accessDenied(cause: AwsFailure): UserError {
  const found = denial.exec(cause.message)?.groups;
  if (!found)
    return new UserError(`AWS denied the call: ${cause.message}`, {
      next: 'compare your permissions with docs/deployer-policy.json   (docs/aws.md, section 2)',
      cause,
    });
  const { caller = '', action = '', resource, why = '' } = found;
  const what = `${action}${resource === undefined ? '' : ` on ${resource}`}`;
  const next = why.startsWith('with')
    ? `whoever owns that policy can take the deny away   (docs/aws.md, section 2)`
    : `allow ${what} to ${principalOf(caller)}   (docs/aws.md, section 2, has the whole policy of a deployer)`;
  return new UserError(`AWS denied the call: ${caller} may not ${what}${why && `, ${why}`}.`, {
    next,
    cause,
  });
}

/** Policies hang on a role, not on its sessions. */
const principalOf = (caller: string): string =>
  /:assumed-role\/([^/]+)/.exec(caller)?.[1]?.replace(/^/, 'the role ') ?? caller;

function withoutCredentials(cause: AwsFailure): UserError {
  return new UserError('No AWS credentials were found.', {
    now: ['Nothing was changed.'],
    next: 'aws configure   (or, for the local cloud: eval "$(beanpole local env)")',
    cause,
  });
}

function notReached(cause: AwsFailure, what: string, environment: NodeJS.ProcessEnv): UserError {
  const [variable, endpoint] = Object.entries(environment).find(
    ([name, value]) => name.startsWith('AWS_ENDPOINT_URL') && value,
  ) ?? ['', ''];
  const where = variable ? `${variable} points to ${String(endpoint)}, which` : 'The AWS endpoint';
  return new UserError(`${where} ${what}.`, {
    next: variable ? 'beanpole local status   (or unset the variable to talk to AWS itself)' : 'try again',
    cause,
  });
}
