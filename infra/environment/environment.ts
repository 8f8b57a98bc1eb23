import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { displayName, parameters, tags } from '../../model/names.ts';
import type { EnvironmentName, Slot as Colour } from '../../model/names.ts';
import { environmentDescriptor, instanceDescriptor } from '../../model/schemas.ts';
import type { ApplicationDescriptor } from '../../model/schemas.ts';
import type { DomainConfiguration, EnvironmentConfiguration } from '../config.ts';
import type { DataStores } from '../data/data-stores.ts';
import { describeStores } from '../data/describe-stores.ts';
import { createDescriptor } from '../descriptor.ts';
import { environmentPrefix } from '../naming.ts';
import type { Network } from '../network/network.ts';
import { SecurityChain } from '../network/security-chain.ts';
import { Alarms } from '../observability/alarms.ts';
import type { DashboardEnvironment } from '../observability/dashboard.ts';
import { LogGroups } from '../observability/log-groups.ts';
import type { Account, ObservedEnvironment } from '../observed.ts';
import { describeEnvironment, describeInstance } from './descriptors.ts';
import { InstanceRole } from './instance-role.ts';
import type { LoadBalancer } from './load-balancer.ts';
import { bootTimeoutSeconds, Slot, slotSize, terminationTimeoutSeconds } from './slot.ts';
import type { SlotScaling } from './slot.ts';
import { userData } from './user-data.ts';
import { WebTier } from './web-tier.ts';
import type { WorkQueue } from './work-queue.ts';
import { drainTimeoutOf, WorkerTier } from './worker-tier.ts';

export interface EnvironmentArgs {
  /** Application, stack and environment: where all names, paths and tags come from. */
  readonly name: EnvironmentName;
  /** All keys of the environment in the stack file; what it costs is said there, key by key. */
  readonly configuration: EnvironmentConfiguration;
  /** Whose ARNs the instances' permissions name. */
  readonly account: Account;
  /** Where the application stack's bucket, agent, alarm topic and hosted zone are. */
  readonly application: ApplicationDescriptor;
  /** What deployments have moved, which an `up` must not move back. */
  readonly observed: ObservedEnvironment;
  /** `LoadBalanced` instances live in its private subnets, a `SingleInstance` in a public one. */
  readonly network: Network;
  /** What its instances may connect to, and are told of. */
  readonly stores: DataStores;
  /** Domain of the stack; needed for a `record` only. */
  readonly domain: DomainConfiguration | undefined;
  /** The queue that this environment's application gives work to (`WORKER_QUEUE_URL`). */
  readonly targetQueue?: WorkQueue | undefined;
}

/**
 * One tier's instances with everything around them: entrance, role, logs, two slots, and the two descriptors in SSM
 * parameters that name it all, one for instances, one for the CLI. Until the first `beanpole deploy` its instances
 * answer with a placeholder page.
 * Cost: that of what is in it, above all of its instances (t3.small about 15 USD a month each, us-east-1, with 0.64 USD
 * for a root volume of 8 GB and 2.10 USD for detailed monitoring); the idle slot has none.
 * @see https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/concepts.html
 * @stackFile environments.web
 */
export class Environment extends pulumi.ComponentResource {
  /** First part of the names of all its resources: `<application>-<stack>-<environment>`. */
  readonly name: string;
  /** How the world reaches it; only of tier `WebServer`. */
  readonly web: WebTier | undefined;
  /** Where its work comes from; only of tier `Worker`. */
  readonly worker: WorkerTier | undefined;
  /** A sentence on what a deployment has still to roll out; undefined when the instances run what Pulumi made. */
  readonly pendingChange: pulumi.Output<string | undefined>;
  /** Its row of graphs. */
  readonly shownOnDashboard: pulumi.Output<DashboardEnvironment>;

  constructor(args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    const name = environmentPrefix(args.name);
    super('beanpole:environment:Environment', name, {}, opts);
    this.name = name;

    const chain = this.createSecurityChain(name, args);
    this.web = args.configuration.tier === 'WebServer' ? this.createWebTier(name, args, chain) : undefined;
    this.worker = args.configuration.tier === 'Worker' ? this.createWorkerTier(name, args) : undefined;
    const logs = new LogGroups(
      `${name}-logs`,
      { name: args.name, retentionDays: args.configuration.logRetentionDays },
      { parent: this },
    );
    const role = this.createRole(`${name}-role`, args);
    const descriptor = this.createInstanceDescriptor(`${name}-instance`, args);
    const { database, cache, files } = args.stores;
    const needs = [
      ...[args.network, chain, logs, role.permissions, descriptor],
      ...[database, cache, files].flatMap((store) => store?.needs ?? []),
    ];
    const blue = this.createSlot(name, 'blue', args, { chain, role, needs });
    const green = this.createSlot(name, 'green', args, { chain, role, needs });
    this.createEnvironmentDescriptor(`${name}-environment`, args, { blue, green });
    this.createAlarms(`${name}-alarms`, args, [blue, green]);
    this.shownOnDashboard = this.dashboardEntry(args, [blue, green]);

    const active = args.observed.activeSlot === 'blue' ? blue : green;
    this.pendingChange = active.launchTemplateVersion.apply((latest) =>
      pendingSentence(args.observed.runningTemplateVersion, latest),
    );
    this.registerOutputs({ url: this.web?.url, queueUrl: this.worker?.queue.url });
  }

  private createSecurityChain(
    name: string,
    { configuration, network, stores, domain, name: environment }: EnvironmentArgs,
  ): SecurityChain {
    const { tier, type, record } = configuration;
    const https = domain?.https === true && record !== undefined;
    return new SecurityChain(
      name,
      {
        vpcId: network.vpcId,
        tier,
        type,
        https,
        stores: { ...stores },
        tags: tags(environment),
      },
      { parent: this },
    );
  }

  private createWebTier(name: string, args: EnvironmentArgs, chain: SecurityChain): WebTier {
    const { hostedZone } = args.application;
    return new WebTier(
      name,
      {
        name: args.name,
        configuration: args.configuration,
        network: args.network,
        loadBalancerSecurityGroupId: chain.loadBalancerId,
        activeSlot: args.observed.activeSlot,
        zone:
          hostedZone && args.domain
            ? {
                hostedZoneId: hostedZone.id,
                domainName: args.domain.name,
                sslPolicy: args.domain.https ? args.domain.sslPolicy : undefined,
              }
            : undefined,
      },
      { parent: this },
    );
  }

  private createWorkerTier(
    name: string,
    { name: environment, configuration, application }: EnvironmentArgs,
  ): WorkerTier {
    return new WorkerTier(
      name,
      { name: environment, configuration, alarmTopicArn: application.alarmTopicArn },
      { parent: this },
    );
  }

  private createRole(name: string, args: EnvironmentArgs): InstanceRole {
    return new InstanceRole(
      name,
      {
        account: args.account,
        name: args.name,
        bucket: args.application.bucket,
        ownQueueArn: this.worker?.queue.arn,
        ownDeadLetterQueueArn: this.worker?.queue.deadLetterArn,
        targetQueueArn: args.targetQueue?.arn,
        hasElasticIp: this.web?.elasticIp !== undefined,
        hasSpot: args.configuration.enableSpot,
        databaseSecretArn: args.stores.database?.secretArn,
      },
      { parent: this },
    );
  }

  private createInstanceDescriptor(name: string, args: EnvironmentArgs): aws.ssm.Parameter {
    const content = pulumi
      .output({
        elasticIpAllocationId: this.web?.elasticIp?.allocationId,
        workerQueueUrl: args.targetQueue?.url,
        workerDaemon: this.worker?.daemon,
        ...describeStores(args.stores),
      })
      .apply((made) => describeInstance(args, made));
    return createDescriptor(
      name,
      {
        parameter: parameters.instanceDescriptor(args.name),
        description: `What an instance of ${displayName(args.name)} needs to boot.`,
        schema: instanceDescriptor,
        content,
        tags: tags(args.name),
      },
      { parent: this },
    );
  }

  private createSlot(
    name: string,
    colour: Colour,
    args: EnvironmentArgs,
    made: {
      readonly chain: SecurityChain;
      readonly role: InstanceRole;
      readonly needs: readonly pulumi.Resource[];
    },
  ): Slot {
    const { configuration, application, network, observed } = args;
    const { agent, bucket } = application;
    return new Slot(
      `${name}-${colour}`,
      {
        name: args.name,
        colour,
        imageId: observed.image.id,
        capacity: configuration,
        rootVolumeSizeGb: configuration.rootVolumeSizeGb,
        instanceProfileName: made.role.profileName,
        securityGroupId: made.chain.instancesId,
        subnetIds: configuration.type === 'LoadBalanced' ? network.privateSubnetIds : network.publicSubnetIds,
        targetGroupArn: this.web?.loadBalancer?.targetGroupArns[colour],
        userData: userData({
          region: args.account.region,
          bucket,
          agent,
          descriptor: parameters.instanceDescriptor(args.name),
          slot: colour,
          mountsFiles: args.stores.files !== undefined,
          platform: configuration.platform,
        }),
        scaling: this.slotScaling(configuration),
        runningTemplateVersion: colour === observed.activeSlot ? observed.runningTemplateVersion : undefined,
        size: slotSize(colour, observed.activeSlot, configuration),
        terminationTimeoutSeconds:
          configuration.tier === 'Worker'
            ? terminationTimeoutSeconds(drainTimeoutOf(configuration))
            : undefined,
        bootTimeoutSeconds: bootTimeoutSeconds(configuration.deploymentTimeoutSeconds),
        needs: made.needs,
      },
      { parent: this },
    );
  }

  private slotScaling({ scaling }: EnvironmentConfiguration): SlotScaling | undefined {
    return (
      scaling && {
        configuration: scaling,
        ...(this.worker && { queueName: this.worker.queue.name }),
        loadBalancerArn: this.web?.loadBalancer?.arn,
      }
    );
  }

  private createAlarms(
    name: string,
    { configuration, application, name: environment }: EnvironmentArgs,
    slots: readonly Slot[],
  ): Alarms {
    const { loadBalancer } = this.web ?? {};
    return new Alarms(
      name,
      {
        thresholds: configuration.alarms,
        autoScalingGroups: slots.map(({ autoScalingGroup }) => autoScalingGroup),
        loadBalancer: loadBalancer && {
          arn: loadBalancer.arn,
          targetGroupArns: Object.values(loadBalancer.targetGroupArns),
        },
        queueName: this.worker?.queue.name,
        topicArn: application.alarmTopicArn,
        tags: tags(environment),
      },
      { parent: this },
    );
  }

  private dashboardEntry(
    { name: { environment } }: EnvironmentArgs,
    slots: readonly Slot[],
  ): pulumi.Output<DashboardEnvironment> {
    return pulumi.output({
      name: environment,
      autoScalingGroups: slots.map(({ autoScalingGroup }) => autoScalingGroup),
      loadBalancerArn: this.web?.loadBalancer?.arn,
      queueName: this.worker?.queue.name,
      deadLetterQueueName: this.worker?.queue.deadLetterName,
    });
  }

  private createEnvironmentDescriptor(
    name: string,
    args: EnvironmentArgs,
    slots: Readonly<Record<Colour, Slot>>,
  ): aws.ssm.Parameter {
    const content = pulumi
      .output({
        blue: this.slotIds('blue', slots.blue),
        green: this.slotIds('green', slots.green),
        loadBalancer: this.web?.loadBalancer && addressesOf(this.web.loadBalancer),
        elasticIp: this.web?.elasticIp?.publicIp,
        hostName: this.web?.hostName,
        url: this.web?.url,
        queueUrl: this.worker?.queue.url,
        deadLetterQueueUrl: this.worker?.queue.deadLetterUrl,
      })
      .apply((made) => describeEnvironment(args, made));
    return createDescriptor(
      name,
      {
        parameter: parameters.environmentDescriptor(args.name),
        description: `Where the parts of ${displayName(args.name)} are.`,
        schema: environmentDescriptor,
        content,
        tags: tags(args.name),
      },
      { parent: this },
    );
  }

  private slotIds(colour: Colour, slot: Slot) {
    return {
      autoScalingGroup: slot.autoScalingGroup,
      targetGroupArn: this.web?.loadBalancer?.targetGroupArns[colour],
      launchTemplateId: slot.launchTemplateId,
      launchTemplateVersion: slot.launchTemplateVersion,
    };
  }
}

/** Without the component itself, which `pulumi.output` would walk through. */
const addressesOf = ({ arn, dnsName, listenerArn }: LoadBalancer) => ({ arn, dnsName, listenerArn });

/** Pure: instances keep the launch template version of their last deployment. */
export function pendingSentence(running: string | undefined, latest: string): string | undefined {
  if (running === undefined || running === latest) return undefined;
  return `Launch template version ${latest} is ready, instances run ${running}: it takes new instances, which the next \`beanpole deploy\` launches.`;
}
