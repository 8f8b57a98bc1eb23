import type { ParameterStringFilter, ParametersFilter } from '@aws-sdk/client-ssm';
import { AwsError } from '../../endpoint/service.ts';
import { isUnder } from './parameter-rules.ts';
import type { ParameterVersion, StoredParameter } from './state.ts';

/** Decides whether a parameter passes the filters of DescribeParameters and GetParametersByPath. */
export function passes(parameter: StoredParameter, filters: readonly ParameterStringFilter[]): boolean {
  return filters.every((filter) => passesOne(parameter, filter));
}

/** The older form of a filter in terms of the newer: `Filters` matches beginnings. */
export const modernFilter = ({ Key, Values }: ParametersFilter): ParameterStringFilter => ({
  Key,
  Option: Key === 'Name' ? 'BeginsWith' : 'Equals',
  Values: Values ?? [],
});

function passesOne(
  parameter: StoredParameter,
  { Key: key = '', Option, Values: values = [] }: ParameterStringFilter,
): boolean {
  const current = parameter.versions.at(-1);
  if (!current) return false;
  if (key === 'Path') return values.some((path) => isUnder(parameter.name, path, Option === 'Recursive'));
  if (key === 'Label') return values.some((label) => current.labels.includes(label));
  if (key.startsWith('tag:')) return passesTag(parameter, key.slice('tag:'.length), values);
  const actual = property(parameter, current, key);
  return values.some((value) => compare(actual, value, Option ?? 'Equals'));
}

function passesTag(parameter: StoredParameter, key: string, values: readonly string[]): boolean {
  const tag = parameter.tags.find(({ Key }) => Key === key);
  return tag !== undefined && (values.length === 0 || values.includes(tag.Value ?? ''));
}

function property(parameter: StoredParameter, current: ParameterVersion, key: string): string {
  switch (key) {
    case 'Name':
      return parameter.name;
    case 'Type':
      return current.type;
    case 'KeyId':
      return current.keyId ?? '';
    case 'Tier':
      return current.tier;
    case 'DataType':
      return current.dataType;
    default:
      throw new AwsError('InvalidFilterKey', `The specified key isn't valid: ${key}.`);
  }
}

function compare(actual: string, wanted: string, option: string): boolean {
  switch (option) {
    case 'Equals':
      // A leading slash may be left out, as on AWS.
      return actual === wanted || actual === `/${wanted}`;
    case 'BeginsWith':
      return actual.startsWith(wanted) || actual.startsWith(`/${wanted}`);
    case 'Contains':
      return actual.includes(wanted);
    default:
      throw new AwsError('InvalidFilterOption', `The specified filter option isn't valid: ${option}.`);
  }
}
