import type { ElasticLoadBalancingV2, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2';
import { text, type Properties } from '../../../protocol/values.ts';
import { boolean, number, object, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound, isError } from '../../errors.ts';
import { fromAttributes, toAttributes, type Attribute } from './attributes.ts';
import { arnSuffix, newTags, readTags, updateTags } from './elb.ts';

const gone = ['TargetGroupNotFound', 'TargetGroupNotFoundException'];

const attributes: readonly Attribute[] = [
  { property: 'deregistrationDelay', key: 'deregistration_delay.timeout_seconds', default: 300 },
  { property: 'slowStart', key: 'slow_start.duration_seconds', default: 0 },
  {
    property: 'loadBalancingAlgorithmType',
    key: 'load_balancing.algorithm.type',
    default: 'round_robin',
  },
  {
    property: 'loadBalancingCrossZoneEnabled',
    key: 'load_balancing.cross_zone.enabled',
    default: 'use_load_balancer_configuration',
  },
  { property: 'stickiness.enabled', key: 'stickiness.enabled', default: false },
  { property: 'stickiness.type', key: 'stickiness.type', default: 'lb_cookie' },
  { property: 'stickiness.lbDuration', key: 'stickiness.lb_cookie.duration_seconds', default: 86400 },
  { property: 'stickiness.appDuration', key: 'stickiness.app_cookie.duration_seconds', default: 86400 },
  { property: 'stickiness.cookieName', key: 'stickiness.app_cookie.cookie_name', default: '' },
];

const healthCheck = object(
  {
    enabled: boolean({ default: true }),
    healthyThreshold: number({ default: 3 }),
    interval: number({ default: 30 }),
    matcher: string({ computed: true }),
    path: string({ computed: true }),
    port: string({ default: 'traffic-port' }),
    protocol: string({ default: 'HTTP' }),
    timeout: number({ computed: true }),
    unhealthyThreshold: number({ default: 3 }),
  },
  { computed: true },
);
const inputs = {
  name: string({ replaces: true }),
  namePrefix: string({ replaces: true, hidden: true }),
  port: number({ replaces: true }),
  protocol: string({ replaces: true, computed: true }),
  protocolVersion: string({ replaces: true, computed: true }),
  vpcId: string({ replaces: true }),
  targetType: string({ replaces: true, default: 'instance', values: ['instance', 'ip', 'lambda', 'alb'] }),
  ipAddressType: string({ replaces: true, computed: true }),
  deregistrationDelay: number({ default: 300 }),
  slowStart: number({ default: 0 }),
  loadBalancingAlgorithmType: string({ computed: true }),
  loadBalancingCrossZoneEnabled: string({ computed: true }),
  stickiness: object(
    {
      type: string(),
      enabled: boolean({ default: true }),
      cookieDuration: number({ default: 86400 }),
      cookieName: string(),
    },
    { computed: true },
  ),
  healthCheck,
  tags: tags(),
};
type Group = Inputs<typeof inputs>;

export default regional({
  type: 'aws:lb/targetGroup:TargetGroup',
  naming: { property: 'name', prefix: 'namePrefix', maximum: 32 },
  inputs,
  check: ({ targetType, port, protocol, vpcId }) =>
    targetType === 'lambda' || (port !== undefined && protocol !== undefined && vpcId !== undefined)
      ? []
      : [
          {
            property: 'port',
            reason: `, protocol and vpcId are required for targets of type ${text(targetType)}`,
          },
        ],

  async create(group, context) {
    const elb = await context.clients.elb();
    const { TargetGroups } = await elb.createTargetGroup({
      Name: group.name,
      Port: group.port,
      Protocol: group.protocol as 'HTTP' | undefined,
      ProtocolVersion: group.protocolVersion,
      VpcId: group.vpcId,
      TargetType: group.targetType as 'instance' | undefined,
      IpAddressType: group.ipAddressType as 'ipv4' | undefined,
      ...toHealthCheck(group.healthCheck),
      ...newTags(group.tags),
    });
    const arn = TargetGroups?.[0]?.TargetGroupArn ?? '';
    context.created(arn);
    await setAttributes(elb, arn, group);
    return arn;
  },

  async read(id, context) {
    const found = await describe(context, id);
    if (!found) return undefined;
    const elb = await context.clients.elb();
    const [{ Attributes }, all] = await Promise.all([
      elb.describeTargetGroupAttributes({ TargetGroupArn: id }),
      readTags(elb, id),
    ]);
    return { ...fromGroup(id, found), ...nested(fromAttributes(attributes, Attributes)), ...all };
  },

  async update(id, { olds, news, changed }, context) {
    const elb = await context.clients.elb();
    if (changed('healthCheck'))
      await elb.modifyTargetGroup({ TargetGroupArn: id, ...toHealthCheck(news.healthCheck) });
    await setAttributes(elb, id, news, olds);
    if (changed('tags')) await updateTags(elb, id, olds, news.tags);
  },

  async delete(id, context) {
    const elb = await context.clients.elb();
    await context.until(`target group ${id} is still in use by a listener or rule`, async () => {
      try {
        await elb.deleteTargetGroup({ TargetGroupArn: id });
        return true;
      } catch (error) {
        if (isError(error, ...gone)) return true;
        if (isError(error, 'ResourceInUse', 'ResourceInUseException')) return undefined;
        throw error;
      }
    });
  },
});

async function describe(context: Context, arn: string): Promise<TargetGroup | undefined> {
  const elb = await context.clients.elb();
  const found = await ifFound(gone, () => elb.describeTargetGroups({ TargetGroupArns: [arn] }));
  return found?.TargetGroups?.[0];
}

function toHealthCheck(check: Group['healthCheck']) {
  if (!check) return {};
  return {
    HealthCheckEnabled: check.enabled,
    HealthyThresholdCount: check.healthyThreshold,
    HealthCheckIntervalSeconds: check.interval,
    HealthCheckPath: check.path,
    HealthCheckPort: check.port,
    HealthCheckProtocol: check.protocol as 'HTTP' | undefined,
    HealthCheckTimeoutSeconds: check.timeout,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    ...(check.matcher ? { Matcher: { HttpCode: check.matcher } } : {}),
  };
}

function fromGroup(arn: string, group: TargetGroup): Properties {
  return {
    arn,
    arnSuffix: arnSuffix(arn),
    name: group.TargetGroupName,
    port: group.Port,
    protocol: group.Protocol,
    protocolVersion: group.ProtocolVersion,
    vpcId: group.VpcId,
    targetType: group.TargetType,
    ipAddressType: group.IpAddressType,
    loadBalancerArns: group.LoadBalancerArns ?? [],
    healthCheck: {
      enabled: group.HealthCheckEnabled,
      healthyThreshold: group.HealthyThresholdCount,
      interval: group.HealthCheckIntervalSeconds,
      matcher: group.Matcher?.HttpCode,
      path: group.HealthCheckPath,
      port: group.HealthCheckPort,
      protocol: group.HealthCheckProtocol,
      timeout: group.HealthCheckTimeoutSeconds,
      unhealthyThreshold: group.UnhealthyThresholdCount,
    },
  };
}

/** AWS keeps one duration per kind of cookie; the program writes down the one that counts. */
function nested(flat: Properties): Properties {
  const { deregistrationDelay, slowStart, loadBalancingAlgorithmType, loadBalancingCrossZoneEnabled } = flat;
  const type = flat['stickiness.type'];
  return {
    deregistrationDelay,
    slowStart,
    loadBalancingAlgorithmType,
    loadBalancingCrossZoneEnabled,
    stickiness: {
      type,
      enabled: flat['stickiness.enabled'],
      cookieDuration: flat[type === 'app_cookie' ? 'stickiness.appDuration' : 'stickiness.lbDuration'],
      cookieName: flat['stickiness.cookieName'] === '' ? undefined : flat['stickiness.cookieName'],
    },
  };
}

function flattened(group: Properties | object): Properties {
  const { stickiness, ...rest } = group as Properties;
  if (!stickiness) return rest;
  const { type, enabled, cookieDuration, cookieName } = stickiness as Properties;
  const duration = type === 'app_cookie' ? 'stickiness.appDuration' : 'stickiness.lbDuration';
  return {
    ...rest,
    'stickiness.type': type,
    'stickiness.enabled': enabled,
    [duration]: cookieDuration,
    'stickiness.cookieName': cookieName,
  };
}

/** What the program leaves to AWS is left as it is. */
async function setAttributes(
  elb: ElasticLoadBalancingV2,
  arn: string,
  wanted: object,
  found: Properties = {},
): Promise<void> {
  const present = flattened(found);
  const changes = toAttributes(attributes, { ...present, ...defined(flattened(wanted)) }, present);
  if (changes.length > 0) await elb.modifyTargetGroupAttributes({ TargetGroupArn: arn, Attributes: changes });
}

const defined = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
