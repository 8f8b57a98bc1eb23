import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Properties } from '../../../protocol/values.ts';
import { boolean, number, object, required, set, string } from '../../../resource/schema.ts';

/** What a listener or rule does with a request. */
export const action = object({
  type: required(string({ values: ['forward', 'redirect', 'fixed-response'] })),
  order: number({ computed: true }),
  // One target group may be named here or in `forward`; AWS answers with both.
  targetGroupArn: string({ computed: true }),
  forward: object(
    {
      targetGroups: required(set(object({ arn: required(string()), weight: number({ default: 1 }) }))),
      stickiness: object({ duration: number({ computed: true }), enabled: boolean() }, { computed: true }),
    },
    { computed: true },
  ),
  redirect: object({
    statusCode: required(string()),
    host: string({ default: '#{host}' }),
    path: string({ default: '/#{path}' }),
    port: string({ default: '#{port}' }),
    protocol: string({ default: '#{protocol}' }),
    query: string({ default: '#{query}' }),
  }),
  fixedResponse: object({
    contentType: required(string()),
    messageBody: string(),
    statusCode: string({ computed: true }),
  }),
});
type ActionInput = NonNullable<(typeof action)['infer']>;
type Forward = NonNullable<ActionInput['forward']>;

export function toActions(actions: readonly ActionInput[]): Action[] {
  return actions.map(({ type, order, targetGroupArn, forward, redirect, fixedResponse: fixed }, index) => ({
    Type: type as Action['Type'],
    ...(actions.length > 1 ? { Order: order ?? index + 1 } : {}),
    ...(forward ? { ForwardConfig: toForward(forward) } : { TargetGroupArn: targetGroupArn }),
    RedirectConfig: redirect && {
      StatusCode: redirect.statusCode as 'HTTP_301',
      Host: redirect.host,
      Path: redirect.path,
      Port: redirect.port,
      Protocol: redirect.protocol,
      Query: redirect.query,
    },
    FixedResponseConfig: fixed && {
      ContentType: fixed.contentType,
      MessageBody: fixed.messageBody,
      StatusCode: fixed.statusCode ?? '200',
    },
  }));
}

function toForward({ targetGroups, stickiness }: Forward) {
  return {
    TargetGroups: targetGroups.map(({ arn, weight = 1 }) => ({ TargetGroupArn: arn, Weight: weight })),
    ...(stickiness
      ? {
          TargetGroupStickinessConfig: {
            Enabled: stickiness.enabled ?? false,
            DurationSeconds: stickiness.duration,
          },
        }
      : {}),
  };
}

export function fromActions(actions: readonly Action[] | undefined): Properties[] {
  const sorted = [...(actions ?? [])].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0));
  return sorted.map((action) => {
    const { ForwardConfig: forward, RedirectConfig: redirect, FixedResponseConfig: fixed } = action;
    const groups = forward?.TargetGroups ?? [];
    return {
      type: action.Type,
      order: action.Order,
      targetGroupArn: action.TargetGroupArn ?? (groups.length === 1 ? groups[0]?.TargetGroupArn : undefined),
      forward: forward && {
        targetGroups: groups.map(({ TargetGroupArn, Weight }) => ({
          arn: TargetGroupArn,
          weight: Weight ?? 1,
        })),
        stickiness: {
          enabled: forward.TargetGroupStickinessConfig?.Enabled ?? false,
          duration: forward.TargetGroupStickinessConfig?.DurationSeconds,
        },
      },
      redirect: redirect && {
        statusCode: redirect.StatusCode,
        host: redirect.Host ?? '#{host}',
        path: redirect.Path ?? '/#{path}',
        port: redirect.Port ?? '#{port}',
        protocol: redirect.Protocol ?? '#{protocol}',
        query: redirect.Query ?? '#{query}',
      },
      fixedResponse: fixed && {
        contentType: fixed.ContentType,
        messageBody: fixed.MessageBody,
        statusCode: fixed.StatusCode,
      },
    };
  });
}
