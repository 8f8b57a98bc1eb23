import type { Clock } from '../clock.ts';
import type { AccessKey } from '../services/parts.ts';
import type { Identity } from './identity.ts';
import type { ServiceModel } from './models.ts';
import type { Request } from './request.ts';
import { AwsError, type Caller } from './service.ts';
import { expectedSignature, signedAt, type Signature } from './sigv4.ts';

export interface Keyring {
  readonly clock: Clock;
  accessKey(accessKeyId: string): AccessKey | undefined;
}

export interface Authenticated {
  readonly caller: Caller;
  /** What IAM knows of the caller; undefined: root. */
  readonly identity: Identity | undefined;
  readonly secretAccessKey: string;
}

const allowedSkew = 15 * 60_000;

/** The one place where a request's signature is checked and its caller is found. */
export function authenticate(
  keyring: Keyring,
  request: Request,
  signature: Signature | undefined,
  bodyHash: string,
  model: ServiceModel | undefined,
): Authenticated {
  if (!signature) throw refusal('missing', model);
  checkTime(signature, keyring.clock.now(), model);
  const key = keyring.accessKey(signature.accessKeyId);
  if (!key) throw refusal('unknownKey', model);
  if ((key.sessionToken ?? '') !== (signature.sessionToken ?? '')) throw refusal('wrongToken', model);
  if (expectedSignature(request, signature, key.secretAccessKey, bodyHash) !== signature.value)
    throw refusal('mismatch', model);
  return { caller: key.caller, identity: key.identity?.(), secretAccessKey: key.secretAccessKey };
}

function checkTime(signature: Signature, now: number, model: ServiceModel | undefined): void {
  const at = signedAt(signature);
  if (Number.isNaN(at)) throw refusal('mismatch', model);
  if (signature.expires === undefined) {
    if (Math.abs(now - at) > allowedSkew) throw refusal('skewed', model);
    return;
  }
  if (!(signature.expires >= 1 && signature.expires <= 604_800)) throw refusal('badExpiry', model);
  if (at - now > allowedSkew || now > at + signature.expires * 1000) throw refusal('expired', model);
}

type Refusal = 'missing' | 'unknownKey' | 'wrongToken' | 'mismatch' | 'skewed' | 'expired' | 'badExpiry';

const messages: Record<Refusal, string> = {
  missing: 'Request is missing Authentication Token',
  unknownKey: 'The security token included in the request is invalid.',
  wrongToken: 'The security token included in the request is invalid.',
  mismatch:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
  skewed: 'Signature expired: the difference between the request time and the current time is too large.',
  expired: 'Request has expired',
  badExpiry: 'X-Amz-Expires must be between 1 and 604800 seconds',
};

const s3Messages: Partial<Record<Refusal, string>> = {
  missing: 'Access Denied',
  unknownKey: 'The AWS Access Key Id you provided does not exist in our records.',
  wrongToken: 'The provided token is malformed or otherwise invalid.',
  skewed: 'The difference between the request time and the current time is too large.',
};

type Code = readonly [code: string, status: number];

const s3Codes: Record<Refusal, Code> = {
  missing: ['AccessDenied', 403],
  unknownKey: ['InvalidAccessKeyId', 403],
  wrongToken: ['InvalidToken', 400],
  mismatch: ['SignatureDoesNotMatch', 403],
  skewed: ['RequestTimeTooSkewed', 403],
  expired: ['AccessDenied', 403],
  badExpiry: ['AuthorizationQueryParametersError', 400],
};
const queryCodes: Record<Refusal, Code> = {
  missing: ['MissingAuthenticationToken', 403],
  unknownKey: ['InvalidClientTokenId', 403],
  wrongToken: ['InvalidClientTokenId', 403],
  mismatch: ['SignatureDoesNotMatch', 403],
  skewed: ['SignatureDoesNotMatch', 403],
  expired: ['RequestExpired', 400],
  badExpiry: ['SignatureDoesNotMatch', 403],
};
const ec2Codes: Record<Refusal, Code> = {
  ...queryCodes,
  unknownKey: ['AuthFailure', 401],
  wrongToken: ['AuthFailure', 401],
  mismatch: ['AuthFailure', 401],
  skewed: ['RequestExpired', 400],
};
const jsonCodes: Record<Refusal, Code> = {
  ...queryCodes,
  missing: ['MissingAuthenticationTokenException', 400],
  unknownKey: ['UnrecognizedClientException', 400],
  wrongToken: ['UnrecognizedClientException', 400],
  mismatch: ['InvalidSignatureException', 400],
  skewed: ['InvalidSignatureException', 400],
};

function refusal(kind: Refusal, model: ServiceModel | undefined): AwsError {
  const isS3 = !model || model.name === 's3';
  const [code, status] = codesOf(model)[kind];
  const message = (isS3 ? s3Messages[kind] : undefined) ?? messages[kind];
  return new AwsError(code, message, status);
}

function codesOf(model: ServiceModel | undefined): Record<Refusal, Code> {
  if (!model || model.name === 's3') return s3Codes;
  if (model.protocol === 'ec2') return ec2Codes;
  return model.protocol === 'json' && !model.queryCompatible ? jsonCodes : queryCodes;
}
