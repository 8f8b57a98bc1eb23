import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { groupsOf } from './actions.ts';
import type {
  ActionModel,
  BalancerModel,
  CookieModel,
  GroupModel,
  RuleModel,
  TlsModel,
} from './haproxy/model.ts';
import type { ServerCertificate } from '../parts.ts';
import { conditionModel } from './rule-conditions.ts';
import { findPolicy } from './ssl-policies.ts';
import type {
  ElbState,
  ListenerTls,
  StoredListener,
  StoredLoadBalancer,
  StoredTarget,
  StoredTargetGroup,
} from './state.ts';

/** A certificate by its ARN, with its key and those above it. */
export type CertificateOf = (arn: string) => ServerCertificate | undefined;

/** What the stored state of a load balancer means for its data plane. */
export function balancerModel(
  loadBalancer: StoredLoadBalancer,
  state: ElbState,
  certificateOf: CertificateOf,
): BalancerModel {
  const { attributes } = loadBalancer;
  return {
    id: loadBalancer.hostId,
    dnsName: loadBalancer.dnsName,
    addresses: loadBalancer.interfaces.map(({ privateAddress }) => privateAddress),
    idleSeconds: Number(attributes['idle_timeout.timeout_seconds']),
    forwardedFor: attributes['routing.http.xff_header_processing.mode'] as BalancerModel['forwardedFor'],
    http2: attributes['routing.http2.enabled'] === 'true',
    dropsInvalidHeaders: attributes['routing.http.drop_invalid_header_fields.enabled'] === 'true',
    listeners: listenersOf(loadBalancer.arn, state).map((listener) => ({
      port: listener.port,
      ...(listener.tls && { tls: tlsModel(listener.tls, certificateOf) }),
      rules: rulesOf(listener, state),
    })),
    groups: groupsUsedBy(loadBalancer.arn, state).map(groupModel),
  };
}

function tlsModel(tls: ListenerTls, certificateOf: CertificateOf): TlsModel {
  const { minimum, maximum, ciphers } = findPolicy(tls.sslPolicy);
  const arns = [tls.certificateArn, ...tls.moreCertificateArns];
  return {
    minimum,
    maximum,
    ciphers,
    certificates: arns.flatMap((arn) => {
      const found = certificateOf(arn);
      const id = arn.split('/').at(-1) ?? '';
      return found
        ? [
            {
              id,
              pem: [found.key, found.certificate, found.chain].map((text) => `${text.trim()}\n`).join(''),
            },
          ]
        : [];
    }),
  };
}

export const listenersOf = (loadBalancerArn: string, state: ElbState): StoredListener[] =>
  [...state.listeners.values()]
    .filter((listener) => listener.loadBalancerArn === loadBalancerArn)
    .sort((a, b) => a.port - b.port);

/** The target groups that a load balancer's listeners and rules forward to. */
export function groupsUsedBy(loadBalancerArn: string, state: ElbState): StoredTargetGroup[] {
  const listeners = listenersOf(loadBalancerArn, state);
  const arns = listeners.flatMap(({ arn, actions }) => [
    ...groupsOf(actions),
    ...[...state.rules.values()]
      .filter(({ listenerArn }) => listenerArn === arn)
      .flatMap((rule) => groupsOf(rule.actions)),
  ]);
  return [...new Set(arns)].map((arn) => state.targetGroups.get(arn)).filter((group) => group !== undefined);
}

/** The load balancer that uses a target group; there is one at most. */
export const balancerOf = (targetGroupArn: string, state: ElbState): StoredLoadBalancer | undefined =>
  [...state.loadBalancers.values()].find(({ arn }) =>
    groupsUsedBy(arn, state).some((group) => group.arn === targetGroupArn),
  );

function rulesOf(listener: StoredListener, state: ElbState): RuleModel[] {
  const rules = [...state.rules.values()]
    .filter(({ listenerArn }) => listenerArn === listener.arn)
    .sort((a, b) => a.priority - b.priority)
    .map(({ priority, conditions, actions }) => ({
      id: `${listener.port}.${priority}`,
      conditions: conditions.map(conditionModel),
      action: actionModel(actions, state),
    }));
  return [
    ...rules,
    { id: `${listener.port}.default`, conditions: [], action: actionModel(listener.actions, state) },
  ];
}

function actionModel([action]: readonly Action[], state: ElbState): ActionModel {
  const { RedirectConfig: redirect, FixedResponseConfig: fixed, ForwardConfig: forward } = action ?? {};
  if (redirect) {
    const { Protocol = '', Host = '', Port = '', Path = '', Query = '' } = redirect;
    const status = redirect.StatusCode === 'HTTP_301' ? 301 : 302;
    return { kind: 'redirect', status, protocol: Protocol, host: Host, port: Port, path: Path, query: Query };
  }
  if (fixed) {
    const { StatusCode, ContentType = '', MessageBody = '' } = fixed;
    return { kind: 'fixed', status: Number(StatusCode), contentType: ContentType, body: MessageBody };
  }
  const groups = (forward?.TargetGroups ?? []).flatMap(({ TargetGroupArn = '', Weight = 0 }) => {
    const group = state.targetGroups.get(TargetGroupArn);
    return group ? [{ name: backendName(group), weight: Weight }] : [];
  });
  const { Enabled, DurationSeconds } = forward?.TargetGroupStickinessConfig ?? {};
  return {
    kind: 'forward',
    groups,
    ...(Enabled && DurationSeconds !== undefined && { stickySeconds: DurationSeconds }),
  };
}

const algorithms = {
  round_robin: 'roundrobin',
  least_outstanding_requests: 'leastconn',
  weighted_random: 'random',
} as const;

function groupModel(group: StoredTargetGroup): GroupModel {
  const { port, ...check } = group.healthCheck;
  const cookie = cookieModel(group.attributes);
  return {
    name: backendName(group),
    algorithm: algorithms[group.attributes['load_balancing.algorithm.type'] as keyof typeof algorithms],
    slowStartSeconds: Number(group.attributes['slow_start.duration_seconds']),
    check: { ...check, ...(port !== 'traffic-port' && { port: Number(port) }) },
    ...(cookie && { cookie }),
    targets: group.targets
      .filter(({ stopped }) => !stopped)
      .map((target) => ({
        name: serverName(target),
        address: target.address,
        port: target.port,
        phase: target.phase,
        startsHealthy: target.startsHealthy,
      })),
  };
}

function cookieModel(attributes: Readonly<Record<string, string>>): CookieModel | undefined {
  if (attributes['stickiness.enabled'] !== 'true') return undefined;
  return attributes['stickiness.type'] === 'app_cookie'
    ? {
        kind: 'app',
        name: attributes['stickiness.app_cookie.cookie_name'] ?? '',
        seconds: Number(attributes['stickiness.app_cookie.duration_seconds']),
      }
    : { kind: 'lb', seconds: Number(attributes['stickiness.lb_cookie.duration_seconds']) };
}

/** Names of a group and of a target in the data plane. */
export const backendName = ({ name, id }: Pick<StoredTargetGroup, 'name' | 'id'>): string => `${name}-${id}`;
export const serverName = ({ id, port }: Pick<StoredTarget, 'id' | 'port'>): string => `${id}_${port}`;
