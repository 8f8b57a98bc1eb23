import type {
  ChangeTagsForResourceCommandInput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  ListTagsForResourcesCommandInput,
  ListTagsForResourcesCommandOutput,
  ResourceTagSet,
  Tag,
  TagResourceType,
} from '@aws-sdk/client-route-53';
import type { Answer } from '../../endpoint/service.ts';
import { invalidInput } from './errors.ts';
import { findHealthCheck } from './health-checks.ts';
import type { DnsState } from './state.ts';
import { findZone } from './zones.ts';

const tagsPerResource = 50;

interface Tagged {
  readonly type: TagResourceType;
  readonly id: string;
  readonly tags: readonly Tag[];
  keep(tags: Tag[]): void;
}

/** Tags of hosted zones and health checks. */
export function tagOperations(state: DnsState) {
  function find(type: TagResourceType | undefined, given: string | undefined): Tagged {
    if (type === 'healthcheck') {
      const check = findHealthCheck(state, given);
      return {
        type,
        id: check.id,
        tags: check.tags,
        keep(tags) {
          state.healthChecks.set(check.id, { ...check, tags });
        },
      };
    }
    const zone = findZone(state, given);
    return {
      type: 'hostedzone',
      id: zone.id,
      tags: zone.tags,
      keep(tags) {
        state.zones.set(zone.id, { ...zone, tags });
      },
    };
  }
  const view = ({ type, id, tags }: Tagged): ResourceTagSet => ({
    ResourceType: type,
    ResourceId: id,
    Tags: [...tags],
  });

  return {
    async ChangeTagsForResource(input: ChangeTagsForResourceCommandInput): Promise<Record<string, never>> {
      const resource = find(input.ResourceType, input.ResourceId);
      const added = input.AddTags ?? [];
      const gone = new Set([...(input.RemoveTagKeys ?? []), ...added.map(({ Key }) => Key)]);
      const tags = [
        ...resource.tags.filter(({ Key }) => !gone.has(Key)),
        ...added.map(({ Key, Value = '' }) => ({ Key, Value })),
      ];
      if (tags.length > tagsPerResource)
        throw invalidInput(`A resource can have at most ${tagsPerResource} tags.`);
      resource.keep(tags);
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
