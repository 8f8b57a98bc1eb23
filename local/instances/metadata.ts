import { randomBytes } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { MetadataSource, RoleCredentials } from './instances.ts';

export interface MetadataRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface MetadataReply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const secureOptions = { httpEndpoint: 'enabled', httpTokens: 'required' } as const;
const tokenHeader = 'x-aws-ec2-metadata-token';
const ttlHeader = 'x-aws-ec2-metadata-token-ttl-seconds';
const longestTokenSeconds = 21_600;

/** The instance metadata service: session tokens (IMDSv2), and the answers of the metadata source. */
export class MetadataService {
  readonly #source: MetadataSource;
  readonly #clock: Clock;
  readonly #tokens = new Map<string, { instanceId: string; expires: number }>();

  constructor(source: MetadataSource, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Answers a request of the instance that is known by its address; undefined: of nobody's. */
  async answer(instanceId: string | undefined, request: MetadataRequest): Promise<MetadataReply> {
    const texts = instanceId === undefined ? undefined : this.#source.metadata(instanceId);
    if (instanceId === undefined || !texts) return failure(404);
    const options = this.#source.metadataOptions?.(instanceId) ?? secureOptions;
    if (options.httpEndpoint === 'disabled') return failure(403);
    if (request.method === 'PUT') return this.#issue(instanceId, request);
    if (request.method !== 'GET' && request.method !== 'HEAD') return failure(405);
    const token = header(request, tokenHeader);
    if (token === undefined ? options.httpTokens === 'required' : !this.#isValid(token, instanceId))
      return failure(401);
    const path = /^\/(?:latest|\d{4}-\d\d-\d\d|1\.0)(?:\/(.*))?$/.exec(request.path)?.[1];
    if (path === undefined) return request.path === '/' ? text('latest') : failure(404);
    return answerPath(path, texts, await this.#source.credentials(instanceId), this.#clock.now());
  }

  #issue(instanceId: string, request: MetadataRequest): MetadataReply {
    if (!/^\/latest\/api\/token\/?$/.test(request.path)) return failure(404);
    // A proxy on the instance must not hand out tokens to its clients.
    if (header(request, 'x-forwarded-for') !== undefined) return failure(403);
    const ttl = header(request, ttlHeader) ?? '';
    const seconds = /^\d+$/.test(ttl) ? Number(ttl) : 0;
    if (seconds < 1 || seconds > longestTokenSeconds) return failure(400);
    const token = randomBytes(42).toString('base64url');
    this.#forgetExpired();
    this.#tokens.set(token, { instanceId, expires: this.#clock.now() + seconds * 1000 });
    return { status: 200, body: token, headers: { [ttlHeader]: String(seconds) } };
  }

  #isValid(token: string, instanceId: string): boolean {
    const found = this.#tokens.get(token);
    return found?.instanceId === instanceId && found.expires > this.#clock.now();
  }

  #forgetExpired(): void {
    for (const [token, { expires }] of this.#tokens) {
      if (expires <= this.#clock.now()) this.#tokens.delete(token);
    }
  }
}

/** The text at a path, or the names below it: folders end with a slash. */
export function answerPath(
  path: string,
  texts: Readonly<Record<string, string>>,
  credentials: RoleCredentials | undefined,
  now: number,
): MetadataReply {
  const all = credentials ? { ...texts, ...credentialTexts(credentials, now) } : texts;
  const exact = all[path.replace(/\/$/, '')];
  if (exact !== undefined) return text(exact);
  const folder = path === '' || path.endsWith('/') ? path : `${path}/`;
  const below = Object.keys(all)
    .filter((name) => name.startsWith(folder))
    .map((name) => name.slice(folder.length).replace(/\/.*$/, '/'));
  return below.length > 0 ? text([...new Set(below)].sort().join('\n')) : failure(404);
}

function credentialTexts(credentials: RoleCredentials, now: number): Record<string, string> {
  const { roleName, accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  return {
    [`meta-data/iam/security-credentials/${roleName}`]: JSON.stringify(
      {
        Code: 'Success',
        LastUpdated: seconds(new Date(now)),
        Type: 'AWS-HMAC',
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        Token: sessionToken,
        Expiration: seconds(expiration),
      },
      undefined,
      2,
    ),
  };
}

/** A time as IMDS writes it: without fractions. */
const seconds = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z');

const text = (body: string): MetadataReply => ({ status: 200, body });

const titles: Record<number, string> = {
  400: '400 - Bad Request',
  401: '401 - Unauthorized',
  403: '403 - Forbidden',
  404: '404 - Not Found',
  405: '405 - Method Not Allowed',
};

function failure(status: number): MetadataReply {
  const title = titles[status] ?? String(status);
  const body = `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
	"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${title}</title>
 </head>
 <body>
  <h1>${title}</h1>
 </body>
</html>
`;
  return { status, body, headers: { 'content-type': 'text/html' } };
}

function header(request: MetadataRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
