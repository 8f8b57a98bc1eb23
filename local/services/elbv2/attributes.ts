import { validation } from './errors.ts';

/** Attributes of load balancers, target groups and listeners: defaults, allowed values, and which are acted on. */

interface Attribute {
  readonly default: string;
  readonly allowed: RegExp;
  /** Values that something acts on, when these are fewer than the allowed ones. */
  readonly backed?: RegExp;
}

const flag = /^(true|false)$/;
const off = { default: 'false', allowed: flag, backed: /^false$/ };
const empty = { default: '', allowed: /^.*$/, backed: /^$/ };
const from = (low: number, high: number) => (value: string) =>
  /^\d+$/.test(value) && Number(value) >= low && Number(value) <= high;

export type AttributeTable = Readonly<
  Record<string, Attribute & { readonly inRange?: (value: string) => boolean }>
>;
const whole = /^\d+$/;

export const loadBalancerAttributes: AttributeTable = {
  'access_logs.s3.enabled': off,
  'access_logs.s3.bucket': empty,
  'access_logs.s3.prefix': empty,
  'connection_logs.s3.enabled': off,
  'connection_logs.s3.bucket': empty,
  'connection_logs.s3.prefix': empty,
  'health_check_logs.s3.enabled': off,
  'health_check_logs.s3.bucket': empty,
  'health_check_logs.s3.prefix': empty,
  'deletion_protection.enabled': { default: 'false', allowed: flag },
  'idle_timeout.timeout_seconds': { default: '60', allowed: whole, inRange: from(1, 4000) },
  'client_keep_alive.seconds': {
    default: '3600',
    allowed: whole,
    inRange: from(60, 604_800),
    backed: /^3600$/,
  },
  'ipv6.deny_all_igw_traffic': off,
  'load_balancing.cross_zone.enabled': { default: 'true', allowed: flag, backed: /^true$/ },
  'routing.http.desync_mitigation_mode': {
    default: 'defensive',
    allowed: /^(monitor|defensive|strictest)$/,
    backed: /^defensive$/,
  },
  'routing.http.drop_invalid_header_fields.enabled': { default: 'false', allowed: flag },
  'routing.http.preserve_host_header.enabled': { default: 'false', allowed: flag },
  'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': off,
  'routing.http.xff_client_port.enabled': off,
  'routing.http.xff_header_processing.mode': { default: 'append', allowed: /^(append|preserve|remove)$/ },
  'routing.http2.enabled': { default: 'true', allowed: flag },
  'waf.fail_open.enabled': off,
  'zonal_shift.config.enabled': off,
};

export const targetGroupAttributes: AttributeTable = {
  'deregistration_delay.timeout_seconds': { default: '300', allowed: whole, inRange: from(0, 3600) },
  'stickiness.enabled': { default: 'false', allowed: flag },
  'stickiness.type': { default: 'lb_cookie', allowed: /^(lb_cookie|app_cookie)$/ },
  'stickiness.lb_cookie.duration_seconds': { default: '86400', allowed: whole, inRange: from(1, 604_800) },
  'stickiness.app_cookie.duration_seconds': { default: '86400', allowed: whole, inRange: from(1, 604_800) },
  'stickiness.app_cookie.cookie_name': { default: '', allowed: /^(?!AWSALB)[\w.-]*$/ },
  'slow_start.duration_seconds': {
    default: '0',
    allowed: whole,
    inRange: (value) => value === '0' || from(30, 900)(value),
  },
  'load_balancing.algorithm.type': {
    default: 'round_robin',
    allowed: /^(round_robin|least_outstanding_requests|weighted_random)$/,
  },
  'load_balancing.algorithm.anomaly_mitigation': { default: 'off', allowed: /^(on|off)$/, backed: /^off$/ },
  'load_balancing.cross_zone.enabled': {
    default: 'use_load_balancer_configuration',
    allowed: /^(true|false|use_load_balancer_configuration)$/,
    backed: /^(true|use_load_balancer_configuration)$/,
  },
  'target_group_health.dns_failover.minimum_healthy_targets.count': {
    default: '1',
    allowed: /^(off|\d+)$/,
    backed: /^1$/,
  },
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': {
    default: 'off',
    allowed: /^(off|\d+)$/,
    backed: /^off$/,
  },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': {
    default: '1',
    allowed: whole,
    backed: /^1$/,
  },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': {
    default: 'off',
    allowed: /^(off|\d+)$/,
    backed: /^off$/,
  },
};

export const listenerAttributes: AttributeTable = {
  'routing.http.response.server.enabled': { default: 'true', allowed: flag, backed: /^true$/ },
};

export interface GivenAttribute {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

export const defaults = (table: AttributeTable): Record<string, string> =>
  Object.fromEntries(Object.entries(table).map(([key, attribute]) => [key, attribute.default]));

/** The attributes after a change; throws when one is unknown, not allowed or not acted on. */
export function changed(
  table: AttributeTable,
  current: Readonly<Record<string, string>>,
  given: readonly GivenAttribute[],
): Record<string, string> {
  const next = { ...current };
  for (const { Key: key = '', Value: value = '' } of given) {
    const attribute = table[key];
    if (!attribute) throw validation(`Attribute key '${key}' is not recognized`);
    if (!attribute.allowed.test(value) || attribute.inRange?.(value) === false) {
      throw validation(`'${value}' is not a valid value for attribute '${key}'`);
    }
    if (attribute.backed && !attribute.backed.test(value)) {
      throw validation(`Attribute '${key}' can not be '${value}' in this region: nothing would act on it.`);
    }
    next[key] = value;
  }
  return next;
}

export const attributeList = (
  attributes: Readonly<Record<string, string>>,
): { Key: string; Value: string }[] => Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
