import { randomBytes } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A unique id as IAM gives it: `AROA` (role), `AIDA` (user), `ANPA` (policy), `AIPA` (profile), `AKIA`/`ASIA` (keys). */
export function uniqueId(prefix: 'AROA' | 'AIDA' | 'ANPA' | 'AIPA' | 'AKIA' | 'ASIA'): string {
  return prefix + [...randomBytes(17)].map((byte) => alphabet[byte % 32]).join('');
}

/** A secret access key: 40 characters. */
export function secretKey(): string {
  return randomBytes(30).toString('base64');
}

export function sessionToken(): string {
  return randomBytes(180).toString('base64');
}
