import type { Action, RedirectActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../endpoint/service.ts';
import { invalidConfiguration, targetGroupNotFound, unsupported, validation } from './errors.ts';
import type { ElbState } from './state.ts';

/** Actions of rules and listeners: checked, and written the way AWS describes them. */

const maximumGroups = 5;

/** The actions as they are kept; throws AWS's refusal. */
export function checkActions(given: readonly Action[], state: ElbState): Action[] {
  if (given.length !== 1) {
    throw given.length === 0
      ? validation('A list of actions must be specified')
      : new AwsError(
          'InvalidLoadBalancerAction',
          'A rule has exactly one action of type forward, redirect or fixed-response',
        );
  }
  return given.map((action) => ({
    ...checkAction(action, state),
    ...(action.Order !== undefined && { Order: action.Order }),
  }));
}

function checkAction(action: Action, state: ElbState): Action {
  switch (action.Type) {
    case 'forward':
      return checkForward(action, state);
    case 'redirect':
      return { Type: 'redirect', RedirectConfig: checkRedirect(action.RedirectConfig) };
    case 'fixed-response':
      return checkFixed(action);
    default:
      throw unsupported(`An action of type ${String(action.Type)}`);
  }
}

function checkForward(action: Action, state: ElbState): Action {
  const single = action.TargetGroupArn;
  const tuples =
    action.ForwardConfig?.TargetGroups ?? (single === undefined ? [] : [{ TargetGroupArn: single }]);
  if (tuples.length === 0) throw validation('A target group ARN must be specified');
  if (tuples.length > maximumGroups) {
    throw new AwsError(
      'TooManyTargetGroups',
      `A forward action takes at most ${maximumGroups} target groups`,
    );
  }
  const groups = tuples.map(({ TargetGroupArn: arn = '', Weight: weight }) => {
    if (!state.targetGroups.has(arn)) throw targetGroupNotFound(arn);
    const given = weight ?? (tuples.length === 1 ? 1 : 0);
    if (given < 0 || given > 999)
      throw validation(`Target group weight '${given}' must be between 0 and 999`);
    return { TargetGroupArn: arn, Weight: given };
  });
  if (new Set(groups.map(({ TargetGroupArn }) => TargetGroupArn)).size < groups.length) {
    throw validation('Target groups must be unique within a forward action');
  }
  const only = groups.length === 1 ? groups[0] : undefined;
  if (single !== undefined && only?.TargetGroupArn !== single) {
    throw validation('TargetGroupArn and ForwardConfig must name the same single target group');
  }
  return {
    Type: 'forward',
    ...(only && { TargetGroupArn: only.TargetGroupArn }),
    ForwardConfig: { TargetGroups: groups, TargetGroupStickinessConfig: checkStickiness(action) },
  };
}

function checkStickiness({ ForwardConfig }: Action): { Enabled: boolean; DurationSeconds?: number } {
  const { Enabled = false, DurationSeconds } = ForwardConfig?.TargetGroupStickinessConfig ?? {};
  if (Enabled && (DurationSeconds === undefined || DurationSeconds < 1 || DurationSeconds > 604_800)) {
    throw validation('The target group stickiness duration must be between 1 and 604800 seconds');
  }
  return { Enabled, ...(DurationSeconds !== undefined && { DurationSeconds }) };
}

function checkRedirect(given: RedirectActionConfig | undefined): RedirectActionConfig {
  const {
    StatusCode,
    Protocol = '#{protocol}',
    Port = '#{port}',
    Host = '#{host}',
    Path = '/#{path}',
    Query = '#{query}',
  } = given ?? {};
  if (StatusCode !== 'HTTP_301' && StatusCode !== 'HTTP_302')
    throw validation('The redirect status code must be HTTP_301 or HTTP_302');
  if (!/^(HTTPS?|#\{protocol\})$/.test(Protocol))
    throw validation(`The redirect protocol '${Protocol}' is not valid`);
  if (Port !== '#{port}' && !(/^\d+$/.test(Port) && Number(Port) >= 1 && Number(Port) <= 65_535))
    throw validation(`The redirect port '${Port}' is not valid`);
  // They become part of a line of configuration.
  for (const text of [Host, Path, Query])
    if (/\p{Cc}/u.test(text)) throw validation('A redirect cannot have control characters');
  if (!Path.startsWith('/')) throw validation(`The redirect path '${Path}' must start with '/'`);
  const changes =
    Protocol !== '#{protocol}' || Port !== '#{port}' || Host !== '#{host}' || Path !== '/#{path}';
  if (!changes)
    throw invalidConfiguration(
      'The redirect must change at least one of protocol, port, host and path, or else it loops',
    );
  return { StatusCode, Protocol, Port, Host, Path, Query };
}

function checkFixed({ FixedResponseConfig: config }: Action): Action {
  const { StatusCode = '', ContentType = 'text/plain', MessageBody } = config ?? {};
  if (!/^[245]\d\d$/.test(StatusCode))
    throw validation(`The fixed response status code '${StatusCode}' must be 2XX, 4XX or 5XX`);
  const types = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json'];
  if (!types.includes(ContentType))
    throw validation(`The fixed response content type '${ContentType}' must be one of ${types.join(', ')}`);
  if ((MessageBody ?? '').length > 1024)
    throw validation('The fixed response message body can be at most 1024 characters');
  return {
    Type: 'fixed-response',
    FixedResponseConfig: { StatusCode, ContentType, ...(MessageBody !== undefined && { MessageBody }) },
  };
}

/** The target groups that actions forward to. */
export const groupsOf = (actions: readonly Action[]): string[] =>
  actions.flatMap(({ ForwardConfig }) =>
    (ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn }) => TargetGroupArn ?? ''),
  );
