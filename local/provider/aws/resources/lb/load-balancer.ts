import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Properties } from '../../../protocol/values.ts';
import { boolean, number, set, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromAttributes, toAttributes, type Attribute } from './attributes.ts';
import { arnSuffix, newTags, readTags, updateTags } from './elb.ts';

const gone = ['LoadBalancerNotFound', 'LoadBalancerNotFoundException'];

const attributes: readonly Attribute[] = [
  { property: 'enableDeletionProtection', key: 'deletion_protection.enabled', default: false },
  { property: 'idleTimeout', key: 'idle_timeout.timeout_seconds', default: 60 },
  { property: 'clientKeepAlive', key: 'client_keep_alive.seconds', default: 3600 },
  { property: 'enableHttp2', key: 'routing.http2.enabled', default: true },
  {
    property: 'dropInvalidHeaderFields',
    key: 'routing.http.drop_invalid_header_fields.enabled',
    default: false,
  },
  { property: 'preserveHostHeader', key: 'routing.http.preserve_host_header.enabled', default: false },
  { property: 'desyncMitigationMode', key: 'routing.http.desync_mitigation_mode', default: 'defensive' },
  {
    property: 'xffHeaderProcessingMode',
    key: 'routing.http.xff_header_processing.mode',
    default: 'append',
  },
  { property: 'enableXffClientPort', key: 'routing.http.xff_client_port.enabled', default: false },
  {
    property: 'enableTlsVersionAndCipherSuiteHeaders',
    key: 'routing.http.x_amzn_tls_version_and_cipher_suite.enabled',
    default: false,
  },
  { property: 'enableWafFailOpen', key: 'waf.fail_open.enabled', default: false },
];

export default regional({
  type: 'aws:lb/loadBalancer:LoadBalancer',
  naming: { property: 'name', prefix: 'namePrefix', maximum: 32 },
  inputs: {
    name: string({ replaces: true }),
    namePrefix: string({ replaces: true, hidden: true }),
    internal: boolean({ replaces: true, default: false }),
    loadBalancerType: string({ replaces: true, default: 'application', values: ['application'] }),
    securityGroups: set(string(), { computed: true }),
    subnets: set(string(), { computed: true }),
    ipAddressType: string({ computed: true }),
    enableDeletionProtection: boolean({ default: false }),
    idleTimeout: number({ default: 60 }),
    clientKeepAlive: number({ default: 3600 }),
    enableHttp2: boolean({ default: true }),
    dropInvalidHeaderFields: boolean({ default: false }),
    preserveHostHeader: boolean({ default: false }),
    desyncMitigationMode: string({ default: 'defensive', values: ['monitor', 'defensive', 'strictest'] }),
    xffHeaderProcessingMode: string({ default: 'append', values: ['append', 'preserve', 'remove'] }),
    enableXffClientPort: boolean({ default: false }),
    enableTlsVersionAndCipherSuiteHeaders: boolean({ default: false }),
    enableWafFailOpen: boolean({ default: false }),
    tags: tags(),
  },

  async create(inputs, context) {
    const elb = await context.clients.elb();
    const { LoadBalancers } = await elb.createLoadBalancer({
      Name: inputs.name,
      Type: 'application',
      Scheme: inputs.internal ? 'internal' : 'internet-facing',
      SecurityGroups: inputs.securityGroups && [...inputs.securityGroups],
      Subnets: inputs.subnets && [...inputs.subnets],
      IpAddressType: inputs.ipAddressType as 'ipv4' | undefined,
      ...newTags(inputs.tags),
    });
    const arn = LoadBalancers?.[0]?.LoadBalancerArn ?? '';
    context.created(arn);
    await setAttributes(elb, arn, inputs);
    await context.until(`load balancer ${inputs.name ?? arn} is still being provisioned`, async () => {
      const state = (await describe(context, arn))?.State;
      if (state?.Code === 'failed') throw new Error(`Load balancer ${arn} failed: ${state.Reason}`);
      return state?.Code === 'active' || state?.Code === 'active_impaired' ? true : undefined;
    });
    return arn;
  },

  async read(id, context) {
    const found = await describe(context, id);
    if (!found) return undefined;
    const elb = await context.clients.elb();
    const [{ Attributes }, all] = await Promise.all([
      elb.describeLoadBalancerAttributes({ LoadBalancerArn: id }),
      readTags(elb, id),
    ]);
    return {
      arn: id,
      arnSuffix: arnSuffix(id),
      name: found.LoadBalancerName,
      internal: found.Scheme === 'internal',
      loadBalancerType: found.Type,
      securityGroups: [...(found.SecurityGroups ?? [])].sort(),
      subnets: (found.AvailabilityZones ?? []).flatMap(({ SubnetId }) => SubnetId ?? []).sort(),
      ipAddressType: found.IpAddressType,
      dnsName: found.DNSName,
      vpcId: found.VpcId,
      zoneId: found.CanonicalHostedZoneId,
      ...fromAttributes(attributes, Attributes),
      ...all,
    };
  },

  async update(id, { olds, news, changed }, context) {
    const elb = await context.clients.elb();
    const LoadBalancerArn = id;
    if (changed('securityGroups'))
      await elb.setSecurityGroups({ LoadBalancerArn, SecurityGroups: [...(news.securityGroups ?? [])] });
    if (changed('subnets')) await elb.setSubnets({ LoadBalancerArn, Subnets: [...(news.subnets ?? [])] });
    if (changed('ipAddressType'))
      await elb.setIpAddressType({ LoadBalancerArn, IpAddressType: news.ipAddressType as 'ipv4' });
    await setAttributes(elb, id, news, olds);
    if (changed('tags')) await updateTags(elb, id, olds, news.tags);
  },

  async delete(id, context) {
    const elb = await context.clients.elb();
    await ifFound(gone, () => elb.deleteLoadBalancer({ LoadBalancerArn: id }));
    await context.until(`load balancer ${id} is still being deleted`, async () =>
      (await describe(context, id)) ? undefined : true,
    );
  },
});

async function describe(context: Context, arn: string) {
  const elb = await context.clients.elb();
  const found = await ifFound(gone, () => elb.describeLoadBalancers({ LoadBalancerArns: [arn] }));
  return found?.LoadBalancers?.[0];
}

async function setAttributes(
  elb: ElasticLoadBalancingV2,
  arn: string,
  wanted: object,
  found?: Properties,
): Promise<void> {
  const changes = toAttributes(attributes, wanted as Properties, found);
  if (changes.length > 0)
    await elb.modifyLoadBalancerAttributes({ LoadBalancerArn: arn, Attributes: changes });
}
