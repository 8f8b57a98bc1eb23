import type {
  Tag,
  TagResourceCommandInput,
  UntagResourceCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { invalidParameter } from './errors.ts';
import { findLiving } from './find.ts';
import type { SecretState } from './state.ts';

const tagsPerSecret = 50;

export function tagOperations({ secrets }: SecretState) {
  const state = { secrets };
  return {
    TagResource(input: TagResourceCommandInput): Record<string, never> {
      const secret = findLiving(state, input.SecretId);
      const added = checkTags(input.Tags ?? []);
      const kept = secret.tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key));
      secrets.set(secret.name, { ...secret, tags: checkTags([...kept, ...added]) });
      return {};
    },

    UntagResource(input: UntagResourceCommandInput): Record<string, never> {
      const secret = findLiving(state, input.SecretId);
      const tags = secret.tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? ''));
      secrets.set(secret.name, { ...secret, tags });
      return {};
    },
  };
}

export function checkTags(tags: readonly Tag[]): Tag[] {
  if (tags.length > tagsPerSecret) throw invalidParameter(`A secret has at most ${tagsPerSecret} tags.`);
  const keys = tags.map(({ Key }) => Key);
  if (new Set(keys).size < keys.length) throw invalidParameter('Tag keys must be unique.');
  if (keys.some((key) => !key || key.startsWith('aws:')))
    throw invalidParameter("Tag keys must not be empty or start with 'aws:'.");
  return tags.map(({ Key, Value = '' }) => ({ Key, Value }));
}
