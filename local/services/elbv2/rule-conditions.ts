import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../endpoint/service.ts';
import { parseCidr } from '../ec2/cidr.ts';
import { unsupported, validation } from './errors.ts';
import type { ConditionModel } from './haproxy/model.ts';

/** Conditions of listener rules: checked, written as AWS describes them, and as a model. */

const maximumValues = 5;
const once = ['host-header', 'path-pattern', 'http-request-method', 'source-ip'];

/** The conditions as they are kept; throws AWS's refusal. */
export function checkConditions(given: readonly RuleCondition[]): RuleCondition[] {
  if (given.length === 0) throw validation('A condition must be specified');
  for (const field of once) {
    if (given.filter(({ Field }) => Field === field).length > 1)
      throw validation(`A rule can only have one '${field}' condition`);
  }
  const conditions = given.map(checkCondition);
  const count = conditions.reduce((sum, condition) => sum + valuesOf(condition).length, 0);
  if (count > maximumValues)
    throw new AwsError('TooManyRules', `A rule can have at most ${maximumValues} condition values`);
  return conditions;
}

function checkCondition(given: RuleCondition): RuleCondition {
  if (given.RegexValues !== undefined) throw unsupported('RegexValues');
  const { Field } = given;
  switch (Field) {
    case 'path-pattern': {
      const values = texts(
        Field,
        given.PathPatternConfig?.Values ?? given.Values,
        /^[\w\-.$/~"'@:+&()!,;=%*?\\]{1,128}$/,
      );
      return { Field, Values: values, PathPatternConfig: { Values: values } };
    }
    case 'host-header': {
      const values = texts(Field, given.HostHeaderConfig?.Values ?? given.Values, /^[\w\-.*?]{1,128}$/);
      return { Field, Values: values, HostHeaderConfig: { Values: values } };
    }
    case 'http-header': {
      const name = given.HttpHeaderConfig?.HttpHeaderName ?? '';
      if (!/^[\w-]{1,40}$/.test(name)) throw validation(`The HTTP header name '${name}' is not valid`);
      return {
        Field,
        HttpHeaderConfig: {
          HttpHeaderName: name,
          Values: texts(Field, given.HttpHeaderConfig?.Values, printable),
        },
      };
    }
    case 'http-request-method':
      return {
        Field,
        HttpRequestMethodConfig: {
          Values: texts(Field, given.HttpRequestMethodConfig?.Values, /^[A-Z_-]{1,40}$/),
        },
      };
    case 'source-ip':
      return {
        Field,
        SourceIpConfig: { Values: blocks(given.SourceIpConfig?.Values) },
      };
    case 'query-string':
      return { Field, QueryStringConfig: { Values: queryValues(given) } };
    default:
      throw validation(
        `Condition field '${String(Field)}' must be one of '[http-request-method, source-ip, http-header, path-pattern, query-string, host-header]'`,
      );
  }
}

// No control characters: the value becomes part of a line of configuration.
const printable = /^[\x20-\x7e]{1,128}$/;

function texts(field: string, values: readonly string[] | undefined, allowed: RegExp): string[] {
  if (!values || values.length === 0) throw validation(`A condition value must be specified for '${field}'`);
  for (const value of values) {
    if (!allowed.test(value)) throw validation(`Condition value '${value}' is not valid for '${field}'`);
  }
  return [...values];
}

function blocks(values: readonly string[] | undefined): string[] {
  const given = texts('source-ip', values, printable);
  for (const value of given) {
    if (!parseCidr(value)) throw validation(`Condition value '${value}' is not valid for 'source-ip'`);
  }
  return given;
}

function queryValues({ QueryStringConfig: config }: RuleCondition): { Key?: string; Value: string }[] {
  const values = config?.Values ?? [];
  if (values.length === 0) throw validation("A condition value must be specified for 'query-string'");
  return values.map(({ Key, Value = '' }) => {
    if (![Key ?? 'x', Value].every((text) => printable.test(text)))
      throw validation(`Condition value '${Value}' is not valid for 'query-string'`);
    return { ...(Key !== undefined && { Key }), Value };
  });
}

function valuesOf(condition: RuleCondition): readonly unknown[] {
  const { Values, HttpHeaderConfig, HttpRequestMethodConfig, SourceIpConfig, QueryStringConfig } = condition;
  const config = HttpHeaderConfig ?? HttpRequestMethodConfig ?? SourceIpConfig ?? QueryStringConfig;
  return Values ?? config?.Values ?? [];
}

/** A kept condition as the data plane takes it. */
export function conditionModel(condition: RuleCondition): ConditionModel {
  const values = valuesOf(condition) as readonly string[];
  switch (condition.Field) {
    case 'host-header':
      return { kind: 'host', values };
    case 'http-header':
      return { kind: 'header', name: condition.HttpHeaderConfig?.HttpHeaderName ?? '', values };
    case 'http-request-method':
      return { kind: 'method', values };
    case 'source-ip':
      return { kind: 'source', values };
    case 'query-string':
      return {
        kind: 'query',
        values: (condition.QueryStringConfig?.Values ?? []).map(({ Key, Value = '' }) => ({
          ...(Key !== undefined && { key: Key }),
          value: Value,
        })),
      };
    default:
      return { kind: 'path', values };
  }
}
