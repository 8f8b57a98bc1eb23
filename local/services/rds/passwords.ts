import { randomBytes } from 'node:crypto';
import type { SecretsManager } from '../parts.ts';
import { invalidValue } from './errors.ts';
import type { StoredGroup } from './state.ts';

/** Master passwords: given by the user, or made, kept and rotated by RDS. */

const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_~.!#%^*()';
const managedLength = 28;

export const newPassword = (): string =>
  Array.from(randomBytes(managedLength), (byte) => alphabet[byte % alphabet.length] ?? '').join('');

/** What a managed secret holds. */
export const secretText = (username: string, password: string): string =>
  JSON.stringify({ username, password });

const passwordIn = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as { password: string }).password;

/** The password that the servers shall have; `adopt` is called when they have it. */
export function passwordOf(
  { secretArn, password }: Pick<StoredGroup, 'secretArn' | 'password'>,
  secrets: SecretsManager,
): { readonly password: string; readonly adopt: () => void } {
  if (secretArn === undefined) return { password, adopt: () => undefined };
  const wanted = passwordIn(secrets.value(secretArn, 'AWSPENDING') ?? secrets.value(secretArn));
  return {
    password: wanted ?? password,
    adopt: () => {
      secrets.adopt(secretArn);
    },
  };
}

export function checkPassword(password: string): string {
  if (!/^[ -~]{8,41}$/.test(password) || /[/"@ ]/.test(password))
    throw invalidValue(
      "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used, 8 to 41 of them.",
    );
  return password;
}

export function checkUsername(username: string | undefined): string {
  if (
    !/^[A-Za-z][A-Za-z0-9_]{0,15}$/.test(username ?? '') ||
    /^(rdsadmin|rdsrepladmin|mysql)$/i.test(username ?? '')
  )
    throw invalidValue(
      `The parameter MasterUsername '${username ?? ''}' is not valid: a letter, then up to 15 letters, digits and underscores, and no reserved word.`,
    );
  return username ?? '';
}
