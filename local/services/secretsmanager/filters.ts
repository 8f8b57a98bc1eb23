import type { Filter } from '@aws-sdk/client-secrets-manager';
import { invalidParameter } from './errors.ts';
import type { StoredSecret } from './state.ts';

/** Whether a secret passes a filter: one of its values begins what the key names; with `!` before it, none does. */
export function matches(secret: StoredSecret, { Key: key = 'all', Values: values = [] }: Filter): boolean {
  const texts = textsOf(secret, key);
  return values.some((value) =>
    value.startsWith('!')
      ? !texts.some((text) => begins(text, value.slice(1)))
      : texts.some((text) => begins(text, value)),
  );
}

const begins = (text: string, value: string): boolean => text.toLowerCase().startsWith(value.toLowerCase());

function textsOf(secret: StoredSecret, key: string): string[] {
  const texts: Record<string, string[]> = {
    name: [secret.name],
    description: [secret.description ?? ''],
    'tag-key': secret.tags.map(({ Key = '' }) => Key),
    'tag-value': secret.tags.map(({ Value = '' }) => Value),
    'owning-service': [secret.owner ?? ''],
  };
  const found = key === 'all' ? Object.values(texts).flat() : texts[key];
  if (!found) throw invalidParameter(`The filter ${key} is not supported.`);
  return found;
}
