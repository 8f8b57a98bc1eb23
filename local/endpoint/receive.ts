import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { authenticate, type Authenticated, type Keyring } from './authenticate.ts';
import { announcedLength, checkedBody, checkedStream, collect, isChunked, wholeLimit } from './body.ts';
import { sha256 } from './checksums.ts';
import type { ChunkVerifier } from './chunked.ts';
import { openForm, openHead, type Opened } from './codec.ts';
import type { Identity } from './identity.ts';
import type { ServiceModel } from './models.ts';
import type { Request } from './request.ts';
import { hasStreamingInput, type Body } from './rest.ts';
import type { Caller, Service, ServiceName } from './service.ts';
import { scopeOf, signingKey, type Signature } from './sigv4.ts';

export interface Received {
  readonly opened: Opened;
  readonly body: Body;
  readonly caller: Caller;
  /** What IAM knows of the caller; undefined: root. */
  readonly identity: Identity | undefined;
}

interface Receiver extends Keyring {
  readonly services: Partial<Record<ServiceName, Service>>;
}

/** Takes a request in as far as its operation needs, and checks who sent it. */
export async function receive(
  receiver: Receiver,
  message: IncomingMessage,
  request: Request,
  signature: Signature | undefined,
  model: ServiceModel,
): Promise<Received> {
  const isForm = model.protocol === 'query' || model.protocol === 'ec2';
  const implemented = (name: string): boolean =>
    receiver.services[model.name]?.operations[name] !== undefined;
  const head = isForm ? undefined : openHead(model, request, implemented);
  if (head && flows(head, request)) {
    const bodyHash = request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD';
    const authenticated = authenticate(receiver, request, signature, bodyHash, model);
    const body = checkedStream(request, message, chunkVerifier(request, signature, authenticated));
    return { opened: head, body, ...callerOf(authenticated) };
  }
  const raw = await collect(message);
  const authenticated = authenticate(receiver, request, signature, hashOf(request, signature, raw), model);
  const isS3 = model.name === 's3';
  const body = isS3
    ? checkedBody(request, raw, chunkVerifier(request, signature, authenticated))
    : unzipped(request, raw);
  return { opened: head ?? openForm(model, request, body), body, ...callerOf(authenticated) };
}

const callerOf = ({ caller, identity }: Authenticated): Pick<Received, 'caller' | 'identity'> => ({
  caller,
  identity,
});

/** Whether a body is too long to wait for, or of unknown length, and its operation takes it as it comes. */
function flows({ found }: Opened, request: Request): boolean {
  if (!found || !hasStreamingInput(found.operation)) return false;
  return (announcedLength(request) ?? Infinity) > wholeLimit;
}

/** S3 names its payload's hash (or that there is none) in a header; other services sign the body itself. */
function hashOf({ headers, query }: Request, signature: Signature | undefined, raw: Buffer): string {
  if (signature?.service !== 's3') return sha256(raw);
  const named = headers['x-amz-content-sha256'];
  if (signature.expires === undefined) return named ?? sha256(raw);
  return named ?? query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD';
}

function unzipped({ headers }: Request, raw: Buffer): Buffer {
  return headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
}

/** Chunks are signed one by one, each over the signature before it. */
function chunkVerifier(
  request: Request,
  signature: Signature | undefined,
  { secretAccessKey }: Authenticated,
): ChunkVerifier | undefined {
  const isUnsigned = request.headers['x-amz-content-sha256'] === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
  if (!signature || !isChunked(request) || isUnsigned) return undefined;
  const key = signingKey(secretAccessKey, signature);
  const head = `AWS4-HMAC-SHA256-PAYLOAD\n${signature.date}\n${scopeOf(signature)}`;
  const empty = sha256('');
  let previous = signature.value;
  return (chunkHash, given) => {
    previous = key.hex(`${head}\n${previous}\n${empty}\n${chunkHash}`);
    return previous === given;
  };
}
