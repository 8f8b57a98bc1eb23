import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { launchHook, tags, terminationHook } from '../../model/names.ts';
import type { EnvironmentName, Slot as Colour } from '../../model/names.ts';
import { groupCapacity } from './capacity.ts';
import type { InstanceCapacity } from './capacity.ts';
import { launchTemplateArgs } from './launch-template.ts';
import { Scaling } from './scaling.ts';
import type { ScalingArgs } from './scaling.ts';

export interface SlotArgs {
  /** For the tags of instances and volumes, which the agent's and the CLI's permissions are scoped by. */
  readonly name: EnvironmentName;
  /** Which of the two it is; stands in the tag `beanpole:slot`. */
  readonly colour: Colour;
  /**
   * Amazon Machine Image that instances boot.
   * @stackFile environments.*.imageId
   */
  readonly imageId: string;
  /** What is launched, at which price, and how it is replaced. Several types, or spot: a mixed instances policy. */
  readonly capacity: InstanceCapacity;
  /**
   * GB of the encrypted gp3 root volume; 0.08 USD per GB and month for each instance (us-east-1).
   * @stackFile environments.*.rootVolumeSizeGb
   */
  readonly rootVolumeSizeGb: number;
  /** Carries the role of the instances. */
  readonly instanceProfileName: pulumi.Input<string>;
  /** The one group of the instances. */
  readonly securityGroupId: pulumi.Input<string>;
  /** Auto Scaling spreads instances over their zones: private ones behind a load balancer, else public ones. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Where instances are registered when their agent says that they serve; absent without a load balancer. */
  readonly targetGroupArn?: pulumi.Input<string> | undefined;
  /** What moves the size; without it only deployments and `beanpole scale` do. */
  readonly scaling?: SlotScaling | undefined;
  /** Script that fetches and starts the agent; without secrets, since everybody on the instance can read it. */
  readonly userData: string;
  /**
   * The template version that the group launches already; undefined: the newest. It counts where a group begins or
   * ceases to mix instance types, which must not roll out a newer version by the way.
   */
  readonly runningTemplateVersion?: string | undefined;
  /** Sizes when the group is made; later the CLI moves them. */
  readonly size: SlotSize;
  /** Seconds, 30 to 7200: longest time from launch until an instance says that it serves; then it is replaced. */
  readonly bootTimeoutSeconds: number;
  /** Workers: seconds, at most 7200, from the order to terminate until the agent says that its jobs are done. */
  readonly terminationTimeoutSeconds: number | undefined;
  /** What an instance needs when it boots: its permissions, its descriptor. */
  readonly needs: readonly pulumi.Resource[];
}

/** What scaling a slot needs beyond its group: metrics to hold, and whose messages or requests are counted. */
export type SlotScaling = Pick<ScalingArgs, 'configuration' | 'queueName'> & {
  readonly loadBalancerArn?: pulumi.Input<string> | undefined;
};

/** What dashboards and scaling look at; free of charge. */
const collectedMetrics: aws.autoscaling.Metric[] = [
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupPendingInstances',
];

/** Bounds of a slot's group, in instances. */
export interface SlotSize {
  /** Fewest instances; as many are launched at first. 0 in the idle slot. */
  readonly minSize: number;
  /** Most instances. 0 in the idle slot, which no policy fills then. */
  readonly maxSize: number;
}

/** Pure: the idle slot is empty, and costs nothing, until a deployment fills it. */
export const slotSize = (colour: Colour, active: Colour, { minSize, maxSize }: SlotSize): SlotSize =>
  colour === active ? { minSize, maxSize } : { minSize: 0, maxSize: 0 };

/** Pure: packages to install, the agent's start and the deployment itself; AWS allows 30 to 7200 seconds. */
export const bootTimeoutSeconds = (deploymentTimeoutSeconds: number): number =>
  Math.min(7200, 600 + deploymentTimeoutSeconds);

/** Pure: the jobs' grace period, and a while to notice the order and to give back what is left. */
export const terminationTimeoutSeconds = (drainTimeoutSeconds: number): number =>
  Math.min(7200, drainTimeoutSeconds + 90);

/** What the CLI alone moves in a deployment; the hook is kept by a resource of its own once the group exists. */
export const groupMovedByDeployments = [
  'minSize',
  'maxSize',
  'desiredCapacity',
  'launchTemplate.version',
  'mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.version',
  'initialLifecycleHooks',
];

/**
 * One of an environment's two sets of instances: a launch template and an Auto Scaling group. Deployments fill the idle
 * slot, move the traffic and empty the other one; size and template version of the group are theirs, and Pulumi leaves
 * them alone. A launch hook keeps an instance out of service until its agent says that it serves.
 * Cost: its instances, their root volumes (t3.small about 15 USD a month each, us-east-1) and their detailed monitoring
 * (2.10 USD a month each); an idle slot has none.
 * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html
 * @stackFile environments.web.instanceTypes, environments.web.minSize, environments.web.maxSize
 */
export class Slot extends pulumi.ComponentResource {
  /** Name of the group; the `AutoScalingGroupName` dimension of its metrics. */
  readonly autoScalingGroup: pulumi.Output<string>;
  /** Deployments launch instances from versions of it. */
  readonly launchTemplateId: pulumi.Output<string>;
  /** The newest version; what the group runs may be older until the next deployment. */
  readonly launchTemplateVersion: pulumi.Output<string>;

  constructor(name: string, args: SlotArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:environment:Slot', name, {}, opts);
    const slotTags = { ...tags(args.name), 'beanpole:slot': args.colour, Name: name };

    const template = new aws.ec2.LaunchTemplate(
      name,
      launchTemplateArgs({
        ...args,
        instanceType: args.capacity.instanceTypes[0] ?? '',
        tags: slotTags,
      }),
      {
        parent: this,
      },
    );
    const group = this.createGroup(name, args, template, slotTags);
    for (const hook of hooksOf(args)) this.createHook(name, hook, group);
    if (args.scaling) this.createScaling(`${name}-scaling`, args, args.scaling, group, slotTags);

    this.autoScalingGroup = group.name;
    this.launchTemplateId = template.id;
    this.launchTemplateVersion = template.latestVersion.apply(String);
    this.registerOutputs({
      autoScalingGroup: this.autoScalingGroup,
      launchTemplateId: this.launchTemplateId,
    });
  }

  private createGroup(
    name: string,
    args: SlotArgs,
    template: aws.ec2.LaunchTemplate,
    slotTags: Record<string, string>,
  ): aws.autoscaling.Group {
    return new aws.autoscaling.Group(
      name,
      {
        vpcZoneIdentifiers: args.subnetIds,
        minSize: args.size.minSize,
        maxSize: args.size.maxSize,
        desiredCapacity: args.size.minSize,
        ...groupCapacity(args.capacity, {
          id: template.id,
          // A number, not $Latest: a scale-out must not launch what no deployment has rolled out.
          version: args.runningTemplateVersion ?? template.latestVersion.apply(String),
        }),
        ...(args.targetGroupArn !== undefined && { targetGroupArns: [args.targetGroupArn] }),
        healthCheckType: 'EC2',
        enabledMetrics: collectedMetrics,
        // The hook must be there before the first instance is.
        initialLifecycleHooks: hooksOf(args).map(({ purpose: _, ...hook }) => hook),
        // Instances boot while Pulumi goes on; `beanpole deploy` waits for them.
        waitForCapacityTimeout: '0',
        tags: Object.entries(slotTags).map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
      },
      { parent: this, dependsOn: [...args.needs], ignoreChanges: groupMovedByDeployments },
    );
  }

  private createScaling(
    name: string,
    { targetGroupArn }: SlotArgs,
    { configuration, queueName, loadBalancerArn }: SlotScaling,
    group: aws.autoscaling.Group,
    slotTags: Record<string, string>,
  ): Scaling {
    return new Scaling(
      name,
      {
        configuration,
        autoScalingGroup: group.name,
        ...(loadBalancerArn !== undefined &&
          targetGroupArn !== undefined && { target: { loadBalancerArn, targetGroupArn } }),
        ...(queueName !== undefined && { queueName }),
        tags: slotTags,
      },
      { parent: this },
    );
  }

  private createHook(
    name: string,
    { purpose, ...hook }: Hook,
    group: aws.autoscaling.Group,
  ): aws.autoscaling.LifecycleHook {
    return new aws.autoscaling.LifecycleHook(
      `${name}-${purpose}`,
      { autoscalingGroupName: group.name, ...hook },
      { parent: this },
    );
  }
}

interface Hook {
  readonly purpose: 'launch' | 'terminate';
  readonly name: string;
  readonly lifecycleTransition: string;
  readonly defaultResult: 'ABANDON' | 'CONTINUE';
  readonly heartbeatTimeout: number;
}

function hooksOf({ bootTimeoutSeconds: boot, terminationTimeoutSeconds: termination }: SlotArgs): Hook[] {
  /** Keeps an instance out of the load balancer until its agent says that it serves; else it is replaced. */
  const launch: Hook = {
    purpose: 'launch',
    name: launchHook,
    lifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    defaultResult: 'ABANDON',
    heartbeatTimeout: boot,
  };
  if (termination === undefined) return [launch];
  /** Keeps a worker alive until its jobs are done. */
  const terminate: Hook = {
    purpose: 'terminate',
    name: terminationHook,
    lifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    defaultResult: 'CONTINUE',
    heartbeatTimeout: termination,
  };
  return [launch, terminate];
}
