import { randomInt } from 'node:crypto';
import type {
  GetRandomPasswordCommandInput,
  GetRandomPasswordCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import type { Answer } from '../../endpoint/service.ts';
import { invalidParameter } from './errors.ts';

const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = lower.toUpperCase();
const digits = '0123456789';
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';
const defaultLength = 32;

export const passwordOperations = {
  GetRandomPassword(input: GetRandomPasswordCommandInput): Answer<GetRandomPasswordCommandOutput> {
    return { RandomPassword: randomPassword(input) };
  },
};

/** A password by AWS's rules: from each kind of character that is not excluded at least one, unless told otherwise. */
export function randomPassword(input: GetRandomPasswordCommandInput, random = randomInt): string {
  const length = input.PasswordLength ?? defaultLength;
  if (!Number.isInteger(length) || length < 1 || length > 4096)
    throw invalidParameter(`PasswordLength must be between 1 and 4096: ${length}.`);
  const kinds = kindsOf(input);
  if (kinds.length === 0) throw invalidParameter('All characters are excluded.');
  const required = (input.RequireEachIncludedType ?? true) ? kinds : [];
  if (required.length > length)
    throw invalidParameter(
      `PasswordLength ${length} is too short for a character of each of ${required.length} kinds.`,
    );
  const pick = (characters: string): string => characters[random(characters.length)] ?? '';
  const all = kinds.join('');
  const picked = Array.from({ length }, (_, index) => pick(required[index] ?? all));
  for (let index = picked.length - 1; index > 0; index--) {
    const other = random(index + 1);
    [picked[index], picked[other]] = [picked[other] ?? '', picked[index] ?? ''];
  }
  return picked.join('');
}

function kindsOf(input: GetRandomPasswordCommandInput): string[] {
  const excluded = new Set(input.ExcludeCharacters ?? '');
  return [
    ...(input.ExcludeLowercase ? [] : [lower]),
    ...(input.ExcludeUppercase ? [] : [upper]),
    ...(input.ExcludeNumbers ? [] : [digits]),
    ...(input.ExcludePunctuation ? [] : [punctuation]),
    ...(input.IncludeSpace ? [' '] : []),
  ]
    .map((kind) =>
      Array.from(kind)
        .filter((character) => !excluded.has(character))
        .join(''),
    )
    .filter((kind) => kind !== '');
}
