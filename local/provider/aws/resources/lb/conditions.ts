import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Properties } from '../../../protocol/values.ts';
import { object, required, set, string } from '../../../resource/schema.ts';

const values = () => object({ values: required(set(string())) });

/** Which requests a rule is for. One kind of test per condition. */
export const condition = object({
  hostHeader: values(),
  pathPattern: values(),
  httpRequestMethod: values(),
  sourceIp: values(),
  httpHeader: object({ httpHeaderName: required(string()), values: required(set(string())) }),
  queryStrings: set(object({ key: string(), value: required(string()) })),
});
type Condition = NonNullable<(typeof condition)['infer']>;

export function toConditions(conditions: readonly Condition[]): RuleCondition[] {
  return conditions.flatMap((given): RuleCondition[] => [
    ...(given.hostHeader
      ? [{ Field: 'host-header', HostHeaderConfig: { Values: [...given.hostHeader.values] } }]
      : []),
    ...(given.pathPattern
      ? [{ Field: 'path-pattern', PathPatternConfig: { Values: [...given.pathPattern.values] } }]
      : []),
    ...(given.httpRequestMethod
      ? [
          {
            Field: 'http-request-method',
            HttpRequestMethodConfig: { Values: [...given.httpRequestMethod.values] },
          },
        ]
      : []),
    ...(given.sourceIp
      ? [{ Field: 'source-ip', SourceIpConfig: { Values: [...given.sourceIp.values] } }]
      : []),
    ...(given.httpHeader
      ? [
          {
            Field: 'http-header',
            HttpHeaderConfig: {
              HttpHeaderName: given.httpHeader.httpHeaderName,
              Values: [...given.httpHeader.values],
            },
          },
        ]
      : []),
    ...(given.queryStrings?.length
      ? [
          {
            Field: 'query-string',
            QueryStringConfig: {
              Values: given.queryStrings.map(({ key, value }) => ({ Key: key, Value: value })),
            },
          },
        ]
      : []),
  ]);
}

export function fromConditions(conditions: readonly RuleCondition[] | undefined): Properties[] {
  return (conditions ?? []).map((found) => {
    const plain = (config: { Values?: string[] | undefined } | undefined) =>
      config && { values: config.Values ?? [] };
    const { Field, Values } = found;
    // Older forms carry their values beside the field's name.
    return {
      hostHeader: plain(found.HostHeaderConfig ?? (Field === 'host-header' ? { Values } : undefined)),
      pathPattern: plain(found.PathPatternConfig ?? (Field === 'path-pattern' ? { Values } : undefined)),
      httpRequestMethod: plain(found.HttpRequestMethodConfig),
      sourceIp: plain(found.SourceIpConfig),
      httpHeader: found.HttpHeaderConfig && {
        httpHeaderName: found.HttpHeaderConfig.HttpHeaderName,
        values: found.HttpHeaderConfig.Values ?? [],
      },
      queryStrings: found.QueryStringConfig?.Values?.map(({ Key, Value }) => ({ key: Key, value: Value })),
    };
  });
}
