import type {
  CacheParameterGroup,
  CreateCacheParameterGroupCommandInput,
  CreateCacheParameterGroupCommandOutput,
  DeleteCacheParameterGroupCommandInput,
  DescribeCacheParameterGroupsCommandInput,
  DescribeCacheParameterGroupsCommandOutput,
  DescribeCacheParametersCommandInput,
  DescribeCacheParametersCommandOutput,
  ModifyCacheParameterGroupCommandInput,
  ModifyCacheParameterGroupCommandOutput,
  ResetCacheParameterGroupCommandInput,
  ResetCacheParameterGroupCommandOutput,
} from '@aws-sdk/client-elasticache';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import type { Caching } from './caching.ts';
import { families } from './engines.ts';
import { invalidCombination, invalidMarker, invalidValue, parameterGroupNotFound } from './errors.ts';
import { arnOf, checkName } from './names.ts';
import { checkParameter, definitions } from './parameters.ts';
import type { CacheState, StoredParameterGroup } from './state.ts';
import { checkTags } from './tags.ts';

/** Parameter groups: how servers are set. A change reaches running servers at once. */
export function parameterGroupOperations(parts: Parts, state: CacheState, caching: Caching) {
  const users = (name: string) =>
    [...state.groups.values()].filter(({ parameterGroup }) => parameterGroup === name);

  function change(group: StoredParameterGroup, values: Record<string, string>) {
    state.parameterGroups.set(group.name, { ...group, values });
    for (const { id } of users(group.name)) void caching.bringUp(id);
    return { CacheParameterGroupName: group.name };
  }

  return {
    CreateCacheParameterGroup(
      input: CreateCacheParameterGroupCommandInput,
    ): Answer<CreateCacheParameterGroupCommandOutput> {
      const name = checkName('CacheParameterGroupName', input.CacheParameterGroupName ?? '');
      const family = families.find((one) => one === input.CacheParameterGroupFamily);
      if (!family)
        throw invalidValue(
          `CacheParameterGroupFamily ${input.CacheParameterGroupFamily ?? ''} is not one of ${families.join(', ')}.`,
        );
      if (state.parameterGroups.has(name) || isDefault(name))
        throw new AwsError(
          'CacheParameterGroupAlreadyExists',
          `Cache parameter group ${name} already exists.`,
        );
      const made = {
        name,
        family,
        description: input.Description ?? '',
        values: {},
        tags: checkTags(input.Tags ?? []),
      };
      state.parameterGroups.set(name, made);
      return { CacheParameterGroup: parameterGroupView(made, parts) };
    },

    DescribeCacheParameterGroups(
      input: DescribeCacheParameterGroupsCommandInput,
    ): Answer<DescribeCacheParameterGroupsCommandOutput> {
      const { CacheParameterGroupName: name } = input;
      const all = [...families.map(defaultGroup), ...state.parameterGroups.values()];
      const chosen = name === undefined ? all : [parameterGroupNamed(state, name)];
      const { items, nextToken } = page(chosen, input.MaxRecords ?? 100, input.Marker, invalidMarker);
      return {
        CacheParameterGroups: items.map((group) => parameterGroupView(group, parts)),
        ...(nextToken && { Marker: nextToken }),
      };
    },

    DescribeCacheParameters(
      input: DescribeCacheParametersCommandInput,
    ): Answer<DescribeCacheParametersCommandOutput> {
      const { values } = parameterGroupNamed(state, input.CacheParameterGroupName);
      const listed = Object.entries(definitions).map(
        ([name, { default: standard, type, allowed, description }]) => ({
          ParameterName: name,
          ParameterValue: values[name] ?? standard,
          Description: description,
          Source: name in values ? 'user' : 'system',
          DataType: type,
          AllowedValues: allowed,
          IsModifiable: true,
          ChangeType: 'immediate' as const,
        }),
      );
      const chosen = listed.filter(({ Source }) => input.Source === undefined || input.Source === Source);
      const { items, nextToken } = page(chosen, input.MaxRecords ?? 100, input.Marker, invalidMarker);
      return {
        Parameters: [...items],
        CacheNodeTypeSpecificParameters: [],
        ...(nextToken && { Marker: nextToken }),
      };
    },

    ModifyCacheParameterGroup(
      input: ModifyCacheParameterGroupCommandInput,
    ): Answer<ModifyCacheParameterGroupCommandOutput> {
      const group = ownGroup(input.CacheParameterGroupName);
      const given = (input.ParameterNameValues ?? []).map(
        ({ ParameterName = '', ParameterValue = '' }) => [ParameterName, ParameterValue] as const,
      );
      for (const [name, value] of given) checkParameter(name, value);
      return change(group, { ...group.values, ...Object.fromEntries(given) });
    },

    ResetCacheParameterGroup(
      input: ResetCacheParameterGroupCommandInput,
    ): Answer<ResetCacheParameterGroupCommandOutput> {
      const group = ownGroup(input.CacheParameterGroupName);
      const names = input.ParameterNameValues?.map(({ ParameterName }) => ParameterName ?? '') ?? [];
      if ((input.ResetAllParameters ?? false) === names.length > 0)
        throw invalidCombination('Give either ResetAllParameters or the parameters to reset.');
      const kept = Object.entries(group.values).filter(([name]) => names.length > 0 && !names.includes(name));
      return change(group, Object.fromEntries(kept));
    },

    DeleteCacheParameterGroup(input: DeleteCacheParameterGroupCommandInput): Record<string, never> {
      const { name } = ownGroup(input.CacheParameterGroupName);
      const [user] = users(name);
      if (user)
        throw new AwsError(
          'InvalidCacheParameterGroupState',
          `One or more cache clusters use ${name}: ${user.id}.`,
        );
      state.parameterGroups.delete(name);
      return {};
    },
  };

  function ownGroup(name: string | undefined): StoredParameterGroup {
    const group = parameterGroupNamed(state, name);
    if (isDefault(group.name))
      throw new AwsError(
        'InvalidCacheParameterGroupState',
        `The default parameter group ${group.name} cannot be changed.`,
      );
    return group;
  }
}

const isDefault = (name: string): boolean => families.some((family) => name === `default.${family}`);

const defaultGroup = (family: string): StoredParameterGroup => ({
  name: `default.${family}`,
  family,
  description: `Default parameter group for ${family}`,
  values: {},
  tags: [],
});

export function parameterGroupNamed(state: CacheState, given: string | undefined): StoredParameterGroup {
  const name = (given ?? '').toLowerCase();
  const family = families.find((one) => name === `default.${one}`);
  const found = family ? defaultGroup(family) : state.parameterGroups.get(name);
  if (!found) throw parameterGroupNotFound(name);
  return found;
}

/** The name of a parameter group that fits a family. */
export function checkFamily(state: CacheState, given: string, family: string): string {
  const group = parameterGroupNamed(state, given);
  if (group.family !== family)
    throw invalidCombination(
      `The parameter group ${group.name} is of the family ${group.family}, not of ${family}.`,
    );
  return group.name;
}

const parameterGroupView = (group: StoredParameterGroup, parts: Parts): CacheParameterGroup => ({
  CacheParameterGroupName: group.name,
  CacheParameterGroupFamily: group.family,
  Description: group.description,
  IsGlobal: false,
  ARN: arnOf(parts, 'parametergroup', group.name),
});
