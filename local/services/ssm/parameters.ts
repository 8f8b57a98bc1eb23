import type {
  DeleteParameterCommandInput,
  DeleteParametersCommandInput,
  DeleteParametersCommandOutput,
  GetParameterCommandInput,
  GetParameterCommandOutput,
  GetParametersByPathCommandInput,
  GetParametersByPathCommandOutput,
  GetParametersCommandInput,
  GetParametersCommandOutput,
  Parameter,
} from '@aws-sdk/client-ssm';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { invalidNextToken, parameterNotFound, validation } from './errors.ts';
import { passes } from './parameter-filters.ts';
import { isUnder, parseSelector } from './parameter-rules.ts';
import { parameterView, readValue, selectVersion } from './parameter-views.ts';
import { publicParameter, publicParameters } from './public-parameters.ts';
import type { Seal } from './secure-string.ts';
import type { SsmState, StoredParameter } from './state.ts';

const namesPerCall = 10;

/** Reading and deleting parameters. */
export function parameterOperations(parts: Parts, state: SsmState, seal: Seal) {
  async function find(name: string): Promise<StoredParameter> {
    const found = state.parameters.get(name) ?? (await publicParameter(name, parts));
    if (!found) throw parameterNotFound(name);
    return found;
  }

  async function read(given: string, decrypted: boolean): Promise<Parameter> {
    const { name, selector } = parseSelector(given);
    const version = selectVersion(await find(name), selector);
    return parameterView(name, version, readValue(name, version, seal, decrypted), parts, selector);
  }

  return {
    async GetParameter(input: GetParameterCommandInput): Promise<Answer<GetParameterCommandOutput>> {
      return { Parameter: await read(input.Name ?? '', input.WithDecryption ?? false) };
    },

    async GetParameters(input: GetParametersCommandInput): Promise<Answer<GetParametersCommandOutput>> {
      const names = checkNames(input.Names);
      const answer = { Parameters: [] as Parameter[], InvalidParameters: [] as string[] };
      for (const name of names) {
        try {
          answer.Parameters.push(await read(name, input.WithDecryption ?? false));
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          answer.InvalidParameters.push(name);
        }
      }
      return answer;
    },

    async GetParametersByPath(
      input: GetParametersByPathCommandInput,
    ): Promise<Answer<GetParametersByPathCommandOutput>> {
      const path = input.Path ?? '';
      if (!path.startsWith('/'))
        throw validation(
          'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/".',
        );
      const own = [...state.parameters.values()].filter(({ name }) =>
        isUnder(name, path, input.Recursive ?? false),
      );
      const all = [...own, ...(await publicParameters(path, parts))]
        .filter((parameter) => passes(parameter, input.ParameterFilters ?? []))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, nextToken } = page(
        all,
        checkSize(input.MaxResults, 10),
        input.NextToken,
        invalidNextToken,
      );
      const parameters = items.map((parameter) => {
        const version = selectVersion(parameter);
        const value = readValue(parameter.name, version, seal, input.WithDecryption ?? false);
        return parameterView(parameter.name, version, value, parts);
      });
      return { Parameters: parameters, ...(nextToken && { NextToken: nextToken }) };
    },

    async DeleteParameter(input: DeleteParameterCommandInput): Promise<Record<string, never>> {
      const { name } = parseSelector(input.Name ?? '');
      if (!state.parameters.delete(name)) throw parameterNotFound(name);
      return {};
    },

    async DeleteParameters(
      input: DeleteParametersCommandInput,
    ): Promise<Answer<DeleteParametersCommandOutput>> {
      const answer = { DeletedParameters: [] as string[], InvalidParameters: [] as string[] };
      for (const name of checkNames(input.Names)) {
        const list = state.parameters.delete(name) ? answer.DeletedParameters : answer.InvalidParameters;
        list.push(name);
      }
      return answer;
    },
  };
}

function checkNames(names: readonly string[] | undefined): readonly string[] {
  if (names && names.length >= 1 && names.length <= namesPerCall) return names;
  throw validation(
    `1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length less than or equal to ${namesPerCall}, greater than or equal to 1`,
  );
}

/** A page's size, refused outside of what AWS allows. */
export function checkSize(wanted: number | undefined, maximum: number): number {
  if (wanted === undefined) return maximum;
  if (wanted >= 1 && wanted <= maximum) return wanted;
  throw validation(
    `1 validation error detected: Value '${wanted}' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and ${maximum}`,
  );
}
