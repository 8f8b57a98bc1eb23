import type {
  DescribeParametersCommandInput,
  DescribeParametersCommandOutput,
  GetParameterHistoryCommandInput,
  GetParameterHistoryCommandOutput,
  LabelParameterVersionCommandInput,
  LabelParameterVersionCommandOutput,
  UnlabelParameterVersionCommandInput,
  UnlabelParameterVersionCommandOutput,
} from '@aws-sdk/client-ssm';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { invalidNextToken, parameterNotFound } from './errors.ts';
import { modernFilter, passes } from './parameter-filters.ts';
import { parseSelector } from './parameter-rules.ts';
import { historyView, metadataView, readValue, selectVersion } from './parameter-views.ts';
import { checkSize } from './parameters.ts';
import type { Seal } from './secure-string.ts';
import type { SsmState, StoredParameter } from './state.ts';

const labelsPerVersion = 10;

/** Looking over parameters: metadata, past versions, labels. */
export function parameterHistory(parts: Parts, state: SsmState, seal: Seal) {
  function find(given: string | undefined): StoredParameter {
    const { name } = parseSelector(given ?? '');
    const found = state.parameters.get(name);
    if (!found) throw parameterNotFound(name);
    return found;
  }

  return {
    async DescribeParameters(
      input: DescribeParametersCommandInput,
    ): Promise<Answer<DescribeParametersCommandOutput>> {
      const filters = [...(input.ParameterFilters ?? []), ...(input.Filters ?? []).map(modernFilter)];
      const all = input.Shared
        ? []
        : [...state.parameters.values()].filter((parameter) => passes(parameter, filters));
      const { items, nextToken } = page(
        all,
        checkSize(input.MaxResults, 50),
        input.NextToken,
        invalidNextToken,
      );
      return {
        Parameters: items.map((parameter) => metadataView(parameter.name, selectVersion(parameter), parts)),
        ...(nextToken && { NextToken: nextToken }),
      };
    },

    async GetParameterHistory(
      input: GetParameterHistoryCommandInput,
    ): Promise<Answer<GetParameterHistoryCommandOutput>> {
      const { name, versions } = find(input.Name);
      const { items, nextToken } = page(
        versions,
        checkSize(input.MaxResults, 50),
        input.NextToken,
        invalidNextToken,
      );
      return {
        Parameters: items.map((version) =>
          historyView(name, version, readValue(name, version, seal, input.WithDecryption ?? false), parts),
        ),
        ...(nextToken && { NextToken: nextToken }),
      };
    },

    async LabelParameterVersion(
      input: LabelParameterVersionCommandInput,
    ): Promise<Answer<LabelParameterVersionCommandOutput>> {
      const parameter = find(input.Name);
      const selector = input.ParameterVersion === undefined ? undefined : String(input.ParameterVersion);
      const target = selectVersion(parameter, selector);
      const invalid = (input.Labels ?? []).filter((label) => !isLabel(label));
      const labels = (input.Labels ?? []).filter(isLabel);
      if (new Set([...target.labels, ...labels]).size > labelsPerVersion) {
        throw new AwsError(
          'ParameterVersionLabelLimitExceeded',
          'A parameter version can have a maximum of ten labels.',
        );
      }
      // A label names one version of a parameter: it moves.
      for (const version of parameter.versions)
        version.labels = version.labels.filter((label) => !labels.includes(label));
      target.labels.push(...labels);
      state.parameters.set(parameter.name, parameter);
      return { InvalidLabels: invalid, ParameterVersion: target.version };
    },

    async UnlabelParameterVersion(
      input: UnlabelParameterVersionCommandInput,
    ): Promise<Answer<UnlabelParameterVersionCommandOutput>> {
      const parameter = find(input.Name);
      const target = selectVersion(parameter, String(input.ParameterVersion));
      const wanted = input.Labels ?? [];
      const removed = wanted.filter((label) => target.labels.includes(label));
      target.labels = target.labels.filter((label) => !wanted.includes(label));
      state.parameters.set(parameter.name, parameter);
      return { RemovedLabels: removed, InvalidLabels: wanted.filter((label) => !removed.includes(label)) };
    },
  };
}

const isLabel = (label: string): boolean => /^(?!\d|aws|ssm)[a-zA-Z0-9._-]{1,100}$/i.test(label);
