import type {
  ChangeTagsForResourceCommandInput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  ListTagsForResourcesCommandInput,
  ListTagsForResourcesCommandOutput,
  ResourceTagSet,
} from '@aws-sdk/client-route-53';
import type { Answer } from '../../endpoint/service.ts';
import { invalidInput, unsupported } from './errors.ts';
import type { DnsState, StoredZone } from './state.ts';
import { findZone } from './zones.ts';

const tagsPerZone = 50;

/** Tags of hosted zones. */
export function tagOperations(state: DnsState) {
  function find(type: string | undefined, id: string | undefined): StoredZone {
    if (type !== 'hostedzone') throw unsupported(`A resource of type ${String(type)}`);
    return findZone(state, id);
  }
  const view = (zone: StoredZone): ResourceTagSet => ({
    ResourceType: 'hostedzone',
    ResourceId: zone.id,
    Tags: zone.tags,
  });

  return {
    async ChangeTagsForResource(input: ChangeTagsForResourceCommandInput): Promise<Record<string, never>> {
      const zone = find(input.ResourceType, input.ResourceId);
      const added = input.AddTags ?? [];
      const gone = new Set([...(input.RemoveTagKeys ?? []), ...added.map(({ Key }) => Key)]);
      const tags = [
        ...zone.tags.filter(({ Key }) => !gone.has(Key)),
        ...added.map(({ Key, Value = '' }) => ({ Key, Value })),
      ];
      if (tags.length > tagsPerZone)
        throw invalidInput(`A hosted zone can have at most ${tagsPerZone} tags.`);
      state.zones.set(zone.id, { ...zone, tags });
      return {};
    },

    async ListTagsForResource(
      input: ListTagsForResourceCommandInput,
    ): Promise<Answer<ListTagsForResourceCommandOutput>> {
      return { ResourceTagSet: view(find(input.ResourceType, input.ResourceId)) };
    },

    async ListTagsForResources(
      input: ListTagsForResourcesCommandInput,
    ): Promise<Answer<ListTagsForResourcesCommandOutput>> {
      return { ResourceTagSets: (input.ResourceIds ?? []).map((id) => view(find(input.ResourceType, id))) };
    },
  };
}
