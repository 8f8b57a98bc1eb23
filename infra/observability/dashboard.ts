import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { dimensionOf } from './metric-alarm.ts';

export interface DashboardArgs {
  /** Whose metrics are shown. */
  readonly region: string;
  /** Each has a row of graphs: requests and response time, messages, instances in service, CPU. */
  readonly environments: readonly pulumi.Input<DashboardEnvironment>[];
  /** Database, cache and files have a row each, where the stack has them. */
  readonly data: pulumi.Input<DashboardData>;
}

/** What a dashboard shows of a stack's data services. */
export interface DashboardData {
  /** Identifiers of DB instances; none: no row. */
  readonly databaseInstances: readonly pulumi.Input<string>[];
  /** Identifiers of cache clusters, as ElastiCache calls each node; none: no row. */
  readonly cacheNodes: readonly pulumi.Input<string>[];
  /** Whose stored bytes are shown; absent: no row. */
  readonly fileSystemId?: pulumi.Input<string> | undefined;
}

/** What a dashboard shows of an environment. */
export interface DashboardEnvironment {
  /** Heading of the row. */
  readonly name: string;
  /** Of both slots: which one is active changes with each deployment. */
  readonly autoScalingGroups: readonly string[];
  /** For requests, server errors and response time; absent: no such graphs. */
  readonly loadBalancerArn?: string | undefined;
  /** For messages waiting and in work, and the age of the oldest; absent: no such graphs. */
  readonly queueName?: string | undefined;
  /** Its messages are shown beside those of the queue. */
  readonly deadLetterQueueName?: string | undefined;
}

type Metric = readonly (string | { readonly stat?: string; readonly label?: string })[];

/**
 * A stack at a glance: a CloudWatch dashboard with a row of graphs for each environment, and for its data services.
 * Cost: the first three dashboards of an account are free, then 3 USD a month each.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
 */
export class Dashboard extends pulumi.ComponentResource {
  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:observability:Dashboard', name, {}, opts);

    const dashboardBody = pulumi
      .all([pulumi.all([...args.environments]), args.data])
      .apply(([environments, data]) =>
        JSON.stringify({ widgets: dashboardWidgets(args.region, environments, data) }),
      );
    new aws.cloudwatch.Dashboard(name, { dashboardName: name, dashboardBody }, { parent: this });

    this.registerOutputs({});
  }
}

const columns = 4;
const width = 6;
const height = 6;

/** Pure: the widgets, row by row. */
export function dashboardWidgets(
  region: string,
  environments: readonly DashboardEnvironment[],
  data: pulumi.Unwrap<DashboardData>,
): object[] {
  const rows = [
    ...environments.map((environment) => ({ name: environment.name, graphs: graphsOf(environment) })),
    { name: 'Database', graphs: databaseGraphs(data.databaseInstances) },
    { name: 'Cache', graphs: cacheGraphs(data.cacheNodes) },
    { name: 'Files', graphs: fileGraphs(data.fileSystemId) },
  ].filter(({ graphs }) => graphs.length > 0);
  return rows.flatMap(({ name: title, graphs: all }, row) => {
    const y = row * (height + 1);
    const heading = { type: 'text', x: 0, y, width: columns * width, height: 1 };
    const graphs = all.map(({ title: name, metrics }, column) => ({
      type: 'metric',
      x: column * width,
      y: y + 1,
      width,
      height,
      properties: { title: name, region, metrics, period: 60, view: 'timeSeries', stacked: false },
    }));
    return [{ ...heading, properties: { markdown: `## ${title}` } }, ...graphs];
  });
}

interface Graph {
  readonly title: string;
  readonly metrics: readonly Metric[];
}

function graphsOf(environment: DashboardEnvironment): Graph[] {
  const ofGroups = (namespace: string, name: string): Metric[] =>
    environment.autoScalingGroups.map((group) => [namespace, name, 'AutoScalingGroupName', group]);
  return [
    ...(environment.loadBalancerArn === undefined
      ? []
      : requestGraphs(dimensionOf(environment.loadBalancerArn))),
    ...(environment.queueName === undefined ? [] : queueGraphs(environment, environment.queueName)),
    { title: 'Instances in service', metrics: ofGroups('AWS/AutoScaling', 'GroupInServiceInstances') },
    { title: 'CPU', metrics: ofGroups('AWS/EC2', 'CPUUtilization') },
  ];
}

function requestGraphs(loadBalancer: string): Graph[] {
  const of = (name: string, stat: string): Metric => [
    ...['AWS/ApplicationELB', name, 'LoadBalancer', loadBalancer],
    { stat },
  ];
  return [
    {
      title: 'Requests',
      metrics: [
        of('RequestCount', 'Sum'),
        of('HTTPCode_Target_5XX_Count', 'Sum'),
        of('HTTPCode_ELB_5XX_Count', 'Sum'),
      ],
    },
    { title: 'Response time', metrics: [of('TargetResponseTime', 'p50'), of('TargetResponseTime', 'p95')] },
  ];
}

function queueGraphs({ deadLetterQueueName }: DashboardEnvironment, queueName: string): Graph[] {
  const of = (name: string, queue: string, label?: string): Metric => [
    ...['AWS/SQS', name, 'QueueName', queue],
    { stat: 'Maximum', ...(label !== undefined && { label }) },
  ];
  const dead = deadLetterQueueName === undefined ? [] : [deadLetterQueueName];
  return [
    {
      title: 'Messages',
      metrics: [
        of('ApproximateNumberOfMessagesVisible', queueName, 'waiting'),
        of('ApproximateNumberOfMessagesNotVisible', queueName, 'in work'),
        ...dead.map((queue) => of('ApproximateNumberOfMessagesVisible', queue, 'dead')),
      ],
    },
    { title: 'Oldest message', metrics: [of('ApproximateAgeOfOldestMessage', queueName)] },
  ];
}

function databaseGraphs(instances: readonly string[]): Graph[] {
  if (instances.length === 0) return [];
  const of = (name: string): Metric[] =>
    instances.map((instance) => ['AWS/RDS', name, 'DBInstanceIdentifier', instance]);
  return [
    { title: 'CPU', metrics: of('CPUUtilization') },
    { title: 'Connections', metrics: of('DatabaseConnections') },
    { title: 'Memory left', metrics: of('FreeableMemory') },
    { title: 'Copies behind', metrics: [...of('AuroraReplicaLag'), ...of('ReplicaLag')] },
  ];
}

function cacheGraphs(nodes: readonly string[]): Graph[] {
  if (nodes.length === 0) return [];
  const of = (name: string, stat = 'Average'): Metric[] =>
    nodes.map((node) => ['AWS/ElastiCache', name, 'CacheClusterId', node, 'CacheNodeId', '0001', { stat }]);
  return [
    { title: 'Engine CPU', metrics: of('EngineCPUUtilization') },
    { title: 'Memory in use', metrics: of('DatabaseMemoryUsagePercentage') },
    { title: 'Hits and misses', metrics: [...of('CacheHits', 'Sum'), ...of('CacheMisses', 'Sum')] },
    { title: 'Evictions', metrics: of('Evictions', 'Sum') },
  ];
}

function fileGraphs(fileSystemId: string | undefined): Graph[] {
  if (fileSystemId === undefined) return [];
  const stored: Metric = ['AWS/EFS', 'StorageBytes', 'FileSystemId', fileSystemId, 'StorageClass', 'Total'];
  return [{ title: 'Bytes stored', metrics: [stored] }];
}
