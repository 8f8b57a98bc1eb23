import type { Properties, Value } from '../protocol/values.ts';
import type { Failure } from '../resource/check.ts';

/** How the provider reaches AWS, as the program or the environment says. */
export interface Settings {
  readonly region: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  readonly profile?: string;
  /** Endpoints by service, in the AWS provider's own names (`ec2`, `elbv2`, `s3`). */
  readonly endpoints: Readonly<Record<string, string>>;
  readonly maxAttempts?: number;
  readonly s3PathStyle: boolean;
  readonly defaultTags: Readonly<Record<string, string>>;
  readonly allowedAccounts: readonly string[];
  readonly forbiddenAccounts: readonly string[];
}

/** Settings that only turn checks of the original provider off, or that have no effect here. */
const harmless = new Set([
  'skipCredentialsValidation',
  'skipMetadataApiCheck',
  'skipRegionValidation',
  'skipRequestingAccountId',
  'version',
  'pluginDownloadURL',
  '__internal',
]);
const used = [
  'region',
  'accessKey',
  'secretKey',
  'token',
  'profile',
  'endpoints',
  'maxRetries',
  's3UsePathStyle',
  'defaultTags',
  'allowedAccountIds',
  'forbiddenAccountIds',
];

/** Refuses settings that would otherwise be forgotten silently. */
export function checkSettings(settings: Properties): Failure[] {
  return Object.keys(settings)
    .filter((key) => !harmless.has(key) && !used.includes(key) && parsed(settings[key]) !== undefined)
    .map((property) => ({
      property,
      reason: `is not supported by this provider. Supported: ${used.join(', ')}`,
    }));
}

export function readSettings(given: Properties, environment: NodeJS.ProcessEnv): Settings {
  const settings = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, parsed(value)]));
  const region = text(settings.region) ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? '';
  if (!region)
    throw new Error(
      'The AWS region is not set. Set it for the stack with `pulumi config set aws:region <region>`, or as AWS_REGION.',
    );
  const [accessKeyId, secretAccessKey] = [text(settings.accessKey), text(settings.secretKey)];
  const [sessionToken, profile] = [text(settings.token), text(settings.profile)];
  const retries = settings.maxRetries;
  return {
    region,
    ...(accessKeyId && secretAccessKey
      ? { credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } }
      : {}),
    ...(profile ? { profile } : {}),
    endpoints: Object.assign({}, ...(asList(settings.endpoints) as object[])) as Record<string, string>,
    ...(retries === undefined ? {} : { maxAttempts: Number(retries) + 1 }),
    s3PathStyle: settings.s3UsePathStyle === true,
    defaultTags: (settings.defaultTags as { tags?: Record<string, string> } | undefined)?.tags ?? {},
    allowedAccounts: asList(settings.allowedAccountIds).map(String),
    forbiddenAccounts: asList(settings.forbiddenAccountIds).map(String),
  };
}

/** Pulumi sends all but plain strings as JSON. */
function parsed(value: Value | undefined): unknown {
  if (typeof value !== 'string') return value ?? undefined;
  if (value === '') return undefined;
  try {
    return /^[[{"]|^(true|false|null)$/.test(value) ? ((JSON.parse(value) as unknown) ?? undefined) : value;
  } catch {
    return value;
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
