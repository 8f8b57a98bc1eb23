import type {
  AlarmIdentifier,
  HealthCheckConfig,
  HealthCheckRegion,
  HealthCheckType,
  InsufficientDataHealthStatus,
  ResettableElementName,
} from '@aws-sdk/client-route-53';
import type { Properties } from '../../../protocol/values.ts';
import { boolean, map, number, required, set, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { global, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';

const gone = ['NoSuchHealthCheck'];

const types = [
  ...['HTTP', 'HTTPS', 'HTTP_STR_MATCH', 'HTTPS_STR_MATCH', 'TCP'],
  ...['CALCULATED', 'CLOUDWATCH_METRIC', 'RECOVERY_CONTROL'],
];

const inputs = {
  type: required(string({ replaces: true, values: types })),
  ipAddress: string(),
  fqdn: string(),
  port: number(),
  resourcePath: string(),
  searchString: string(),
  requestInterval: number({ replaces: true, computed: true }),
  failureThreshold: number({ computed: true }),
  measureLatency: boolean({ replaces: true, default: false }),
  enableSni: boolean({ computed: true }),
  regions: set(string()),
  invertHealthcheck: boolean({ default: false }),
  disabled: boolean({ default: false }),
  childHealthchecks: set(string()),
  childHealthThreshold: number(),
  cloudwatchAlarmName: string(),
  cloudwatchAlarmRegion: string(),
  insufficientDataHealthStatus: string({ values: ['Healthy', 'LastKnownStatus', 'Unhealthy'] }),
  routingControlArn: string({ replaces: true }),
  /** Begins the caller reference. */
  referenceName: string({ replaces: true, hidden: true }),
  triggers: map({ hidden: true }),
  tags: tags(),
};
type HealthCheckInputs = Inputs<typeof inputs>;

export default global({
  type: 'aws:route53/healthCheck:HealthCheck',
  inputs,

  async create(given, context) {
    const route53 = await context.clients.route53();
    const { HealthCheck } = await route53.createHealthCheck({
      CallerReference: `${given.referenceName ?? 'pulumi'}-${Date.now()}-${Math.random().toString(36).slice(2)}`,
      HealthCheckConfig: toConfig(given),
    });
    const id = HealthCheck?.Id ?? '';
    context.created(id);
    const AddTags = toTags(given.tags);
    if (AddTags.length > 0)
      await route53.changeTagsForResource({ ResourceType: 'healthcheck', ResourceId: id, AddTags });
    return id;
  },

  async read(id, context) {
    const route53 = await context.clients.route53();
    const found = await ifFound(gone, () => route53.getHealthCheck({ HealthCheckId: id }));
    if (!found?.HealthCheck?.HealthCheckConfig) return undefined;
    const { ResourceTagSet } = await route53.listTagsForResource({
      ResourceType: 'healthcheck',
      ResourceId: id,
    });
    return {
      arn: `arn:${context.partition}:route53:::healthcheck/${id}`,
      ...fromConfig(found.HealthCheck.HealthCheckConfig),
      ...fromTags(ResourceTagSet?.Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const route53 = await context.clients.route53();
    const settings = Object.keys(inputs).filter((name) => name !== 'tags');
    if (changed(...settings)) await updateConfig(id, news, context);
    if (!changed('tags')) return;
    const { set: added, removed } = tagChanges(olds, news.tags);
    await route53.changeTagsForResource({
      ResourceType: 'healthcheck',
      ResourceId: id,
      ...(Object.keys(added).length > 0 ? { AddTags: toTags(added) } : {}),
      ...(removed.length > 0 ? { RemoveTagKeys: removed } : {}),
    });
  },

  async delete(id, context) {
    const route53 = await context.clients.route53();
    await ifFound(gone, () => route53.deleteHealthCheck({ HealthCheckId: id }));
  },
});

const toConfig = (given: HealthCheckInputs): HealthCheckConfig => ({
  Type: given.type as HealthCheckType,
  RequestInterval: given.requestInterval,
  MeasureLatency: isOfEndpoint(given) ? given.measureLatency : undefined,
  RoutingControlArn: given.routingControlArn,
  ...toChangeable(given),
});

/** What Route 53 changes in place. */
function toChangeable(given: HealthCheckInputs): Omit<HealthCheckConfig, 'Type'> {
  return {
    IPAddress: given.ipAddress,
    FullyQualifiedDomainName: given.fqdn,
    Port: given.port,
    ResourcePath: given.resourcePath,
    SearchString: given.searchString,
    FailureThreshold: given.failureThreshold,
    EnableSNI: given.enableSni,
    Regions: given.regions as HealthCheckRegion[] | undefined,
    Inverted: given.invertHealthcheck,
    Disabled: given.disabled,
    ChildHealthChecks: given.childHealthchecks && [...given.childHealthchecks],
    HealthThreshold: given.childHealthThreshold,
    AlarmIdentifier: alarmOf(given),
    InsufficientDataHealthStatus: given.insufficientDataHealthStatus as
      InsufficientDataHealthStatus | undefined,
  };
}

const alarmOf = ({
  cloudwatchAlarmName: name,
  cloudwatchAlarmRegion: region,
}: HealthCheckInputs): AlarmIdentifier | undefined =>
  name === undefined ? undefined : { Name: name, Region: region as AlarmIdentifier['Region'] };

const isOfEndpoint = ({ type }: HealthCheckInputs): boolean => type === 'TCP' || type.startsWith('HTTP');

/** Properties that Route 53 takes away when it is asked to, not when they are left out. */
const resettable: readonly [keyof HealthCheckInputs, ResettableElementName][] = [
  ['childHealthchecks', 'ChildHealthChecks'],
  ['fqdn', 'FullyQualifiedDomainName'],
  ['regions', 'Regions'],
  ['resourcePath', 'ResourcePath'],
];

async function updateConfig(id: string, news: HealthCheckInputs, context: Context): Promise<void> {
  const route53 = await context.clients.route53();
  const ResetElements = resettable.flatMap(([name, element]) => (news[name] === undefined ? [element] : []));
  await route53.updateHealthCheck({
    HealthCheckId: id,
    ...toChangeable(news),
    ...(ResetElements.length > 0 && { ResetElements }),
  });
}

function fromConfig(config: HealthCheckConfig): Properties {
  return {
    type: config.Type,
    ipAddress: config.IPAddress,
    fqdn: config.FullyQualifiedDomainName,
    port: config.Port,
    resourcePath: config.ResourcePath,
    searchString: config.SearchString,
    requestInterval: config.RequestInterval,
    failureThreshold: config.FailureThreshold,
    measureLatency: config.MeasureLatency ?? false,
    enableSni: config.EnableSNI,
    regions: config.Regions && [...config.Regions].sort(),
    invertHealthcheck: config.Inverted ?? false,
    disabled: config.Disabled ?? false,
    childHealthchecks: config.ChildHealthChecks && [...config.ChildHealthChecks].sort(),
    childHealthThreshold: config.HealthThreshold,
    cloudwatchAlarmName: config.AlarmIdentifier?.Name,
    cloudwatchAlarmRegion: config.AlarmIdentifier?.Region,
    insufficientDataHealthStatus: config.InsufficientDataHealthStatus,
    routingControlArn: config.RoutingControlArn,
  };
}
