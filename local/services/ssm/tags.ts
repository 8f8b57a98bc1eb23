import type {
  AddTagsToResourceCommandInput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  RemoveTagsFromResourceCommandInput,
  Tag,
} from '@aws-sdk/client-ssm';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Collection } from '../../store.ts';
import { validation } from './errors.ts';
import type { SsmState } from './state.ts';

const tagsPerResource = 50;

/** Tags of parameters and documents. */
export function tagOperations(state: SsmState) {
  return {
    async AddTagsToResource(input: AddTagsToResourceCommandInput): Promise<Record<string, never>> {
      change(state, input, (tags) => {
        const added = checkTags(input.Tags ?? []);
        return checkTags([...tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key)), ...added]);
      });
      return {};
    },

    async RemoveTagsFromResource(input: RemoveTagsFromResourceCommandInput): Promise<Record<string, never>> {
      change(state, input, (tags) => tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? '')));
      return {};
    },

    async ListTagsForResource(
      input: ListTagsForResourceCommandInput,
    ): Promise<Answer<ListTagsForResourceCommandOutput>> {
      return { TagList: find(state, input).found.tags };
    },
  };
}

/** The tags themselves when AWS would take them. */
export function checkTags(tags: readonly Tag[]): Tag[] {
  if (tags.length > tagsPerResource) {
    throw new AwsError(
      'TooManyTagsError',
      `The maximum number of tags for a resource is ${tagsPerResource}.`,
    );
  }
  const keys = tags.map(({ Key }) => Key);
  if (new Set(keys).size < keys.length) throw validation('Duplicate tag keys are not allowed.');
  if (keys.some((key) => !key || key.startsWith('aws:')))
    throw validation('Tag keys must not be empty or start with aws:.');
  return [...tags];
}

interface Resource {
  readonly ResourceType?: string | undefined;
  readonly ResourceId?: string | undefined;
}

function find(state: SsmState, { ResourceType, ResourceId = '' }: Resource) {
  if (ResourceType !== 'Parameter' && ResourceType !== 'Document') {
    throw new AwsError('InvalidResourceType', `The resource type isn't valid: ${String(ResourceType)}.`);
  }
  const collection: Collection<{ tags: Tag[] }> =
    ResourceType === 'Parameter' ? state.parameters : state.documents;
  const found = collection.get(ResourceId);
  if (!found)
    throw new AwsError(
      'InvalidResourceId',
      `The resource ID isn't valid: ${ResourceId}. Verify that you entered the correct ID and try again.`,
    );
  return { collection, id: ResourceId, found };
}

function change(state: SsmState, resource: Resource, edit: (tags: Tag[]) => Tag[]): void {
  const { collection, id, found } = find(state, resource);
  collection.set(id, { ...found, tags: edit(found.tags) });
}
