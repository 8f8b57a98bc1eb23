import type {
  CreateTagsCommandInput,
  DeleteTagsCommandInput,
  DescribeTagsCommandInput,
  DescribeTagsCommandOutput,
  ResourceType,
  Tag,
  TagDescription,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import type { Collection } from '../../store.ts';
import type { Ec2Context } from './context.ts';
import { invalidValue } from './errors.ts';
import { select } from './filters.ts';
import { page } from './requests.ts';
import type { Ec2State } from './state.ts';

type Tags = Readonly<Record<string, string>>;

const mostTags = 50;

/** Each taggable kind of resource by its id's prefix: its name and where it is stored. */
const taggable: Readonly<Record<string, readonly [ResourceType, (state: Ec2State) => Collection<unknown>]>> =
  {
    vpc: ['vpc', (state) => state.vpcs],
    subnet: ['subnet', (state) => state.subnets],
    igw: ['internet-gateway', (state) => state.internetGateways],
    rtb: ['route-table', (state) => state.routeTables],
    nat: ['natgateway', (state) => state.natGateways],
    eipalloc: ['elastic-ip', (state) => state.addresses],
    sg: ['security-group', (state) => state.securityGroups],
    sgr: ['security-group-rule', (state) => state.securityGroupRules],
    acl: ['network-acl', (state) => state.networkAcls],
    eni: ['network-interface', (state) => state.interfaces],
    lt: ['launch-template', (state) => state.launchTemplates],
    i: ['instance', (state) => state.instances],
    vol: ['volume', (state) => state.volumes],
    snap: ['snapshot', (state) => state.snapshots],
    ami: ['image', (state) => state.images],
  };

const prefixOf = (id: string): string => id.slice(0, id.lastIndexOf('-'));

/** The type of a resource, as ARNs and tag specifications name it; undefined: an id of nothing here. */
export const resourceTypeOf = (id: string): ResourceType | undefined => taggable[prefixOf(id)]?.[0];

/** A resource's tags as the API lists them. */
export const tagsOf = ({ tags }: Ec2State, id: string): Tag[] =>
  Object.entries(tags.get(id) ?? {}).map(([Key, Value]) => ({ Key, Value }));

/** Adds tags to a resource, replacing values of known keys. */
export function addTags({ tags }: Ec2State, id: string, added: Tags): void {
  const merged = { ...tags.get(id), ...added };
  const own = Object.keys(merged).filter((key) => !key.startsWith('aws:'));
  if (own.length > mostTags)
    throw new AwsError('TagLimitExceeded', 'The maximum number of Tags has been reached.');
  if (Object.keys(merged).length) tags.set(id, merged);
}

/** The tags that a creation asks for; `resourceTypes` are those that the operation makes. */
export function requestedTags(
  specifications: readonly TagSpecification[] | undefined,
  resourceTypes: readonly ResourceType[],
  call: Call,
): Partial<Record<ResourceType, Tags>> {
  const requested: Partial<Record<ResourceType, Tags>> = {};
  for (const { ResourceType: type, Tags: tags } of specifications ?? []) {
    if (!type || !resourceTypes.includes(type))
      throw invalidValue(`'${type ?? ''}' is not a valid taggable resource type for this operation.`);
    requested[type] = { ...requested[type], ...checkedTags(tags, call) };
  }
  return requested;
}

/** Checks keys and values; `aws:` is only for AWS's own services, whose calls bear no access key. */
export function checkedTags(tags: readonly Tag[] | undefined, { caller }: Call): Tags {
  const checked: Record<string, string> = {};
  for (const { Key: key = '', Value: value = '' } of tags ?? []) {
    if (key.length < 1 || key.length > 128)
      throw invalidValue('Tag key must be between 1 and 128 characters long.');
    if (value.length > 256)
      throw invalidValue(`Tag value of '${key}' exceeds the maximum length of 256 characters.`);
    if (key.startsWith('aws:') && caller.accessKeyId !== '')
      throw invalidValue(`Tag keys starting with 'aws:' are reserved for internal use`);
    if (key in checked) throw invalidValue(`Duplicate tag key '${key}' specified.`);
    checked[key] = value;
  }
  return checked;
}

export function tagOperations({ state }: Ec2Context) {
  const known = (id: string): string => {
    const prefix = prefixOf(id);
    const kind = taggable[prefix];
    if (!kind) throw new AwsError('InvalidID', `The ID '${id}' is not valid`);
    if (!kind[1](state).has(id)) throw new AwsError('InvalidID', `The ${kind[0]} ID '${id}' does not exist`);
    return id;
  };

  return {
    CreateTags(input: CreateTagsCommandInput, call: Call) {
      const added = checkedTags(input.Tags, call);
      const ids = (input.Resources ?? []).map(known);
      for (const id of ids) addTags(state, id, added);
      return {};
    },

    DeleteTags(input: DeleteTagsCommandInput, { caller }: Call) {
      for (const id of (input.Resources ?? []).map(known)) {
        const left = Object.entries(state.tags.get(id) ?? {}).filter(([key, value]) => {
          if (key.startsWith('aws:') && caller.accessKeyId !== '') return true;
          if (!input.Tags?.length) return false;
          return !input.Tags.some(
            (tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value),
          );
        });
        state.tags.set(id, Object.fromEntries(left));
      }
      return {};
    },

    DescribeTags(input: DescribeTagsCommandInput): Answer<DescribeTagsCommandOutput> {
      const all = [...state.tags.entries()].flatMap(([id, tags]) =>
        Object.entries(tags).map(([Key, Value]): TagDescription => {
          const type = resourceTypeOf(id);
          return { ResourceId: id, ...(type && { ResourceType: type }), Key, Value };
        }),
      );
      const rows = all.map((tag) => ({ tag, Tags: [{ Key: tag.Key, Value: tag.Value }] }));
      const found = select(rows, input.Filters, {
        key: ({ tag }) => tag.Key,
        value: ({ tag }) => tag.Value,
        'resource-id': ({ tag }) => tag.ResourceId,
        'resource-type': ({ tag }) => tag.ResourceType,
      });
      const { rows: cut, ...next } = page(found, input);
      return { Tags: cut.map(({ tag }) => tag), ...next };
    },
  };
}
