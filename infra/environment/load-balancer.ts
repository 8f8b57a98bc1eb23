import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { createHash } from 'node:crypto';
import { slots } from '../../model/names.ts';
import type { Slot } from '../../model/names.ts';
import { fitName } from '../naming.ts';

export interface LoadBalancerArgs {
  readonly vpcId: pulumi.Input<string>;
  /** Public subnets, one per zone. */
  readonly subnetIds: pulumi.Input<string[]>;
  readonly securityGroupId: pulumi.Input<string>;
  /** Gets all traffic when the listener is made; later the CLI moves it. */
  readonly activeSlot: Slot;
  readonly healthCheck: HealthCheck;
  /** How long requests in flight may go on when an instance leaves. */
  readonly deregistrationDelaySeconds: number;
  readonly tags: Record<string, string>;
}

export interface HealthCheck {
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/** What the CLI moves when it shifts traffic between the slots; Pulumi leaves it alone. */
export const weightsMovedByDeployments = ['defaultActions[*].forward.targetGroups[*].weight'];

/**
 * Pure: a target group's name must be free when its successor is made. What replaces one is another VPC, so that
 * is part of the name.
 */
export function targetGroupName(name: string, vpcId: string): string {
  const digest = createHash('sha256')
    .update(`${vpcId} ${name}`)
    .digest()
    .readUInt32BE()
    .toString(36)
    .slice(-5);
  return `${name.slice(0, 26).replace(/-+$/, '')}-${digest.padStart(5, '0')}`;
}

/**
 * An Application Load Balancer with a target group for each slot.
 * Cost: about 16 USD a month plus 0.008 USD per LCU-hour (us-east-1), and its public addresses, 3.65 USD per zone.
 */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly dnsName: pulumi.Output<string>;
  /** Of the load balancer's own zone, for alias records. */
  readonly zoneId: pulumi.Output<string>;
  readonly listenerArn: pulumi.Output<string>;
  readonly targetGroupArns: Readonly<Record<Slot, pulumi.Output<string>>>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:environment:LoadBalancer', name, {}, opts);

    const balancer = this.createBalancer(name, args);
    const blue = this.createTargetGroup(`${name}-blue`, args);
    const green = this.createTargetGroup(`${name}-green`, args);
    this.targetGroupArns = { blue: blue.arn, green: green.arn };
    const listener = this.createListener(`${name}-http`, args, balancer);

    this.arn = balancer.arn;
    this.dnsName = balancer.dnsName;
    this.zoneId = balancer.zoneId;
    this.listenerArn = listener.arn;
    this.registerOutputs({ arn: this.arn, dnsName: this.dnsName, listenerArn: this.listenerArn });
  }

  private createBalancer(name: string, args: LoadBalancerArgs): aws.lb.LoadBalancer {
    return new aws.lb.LoadBalancer(
      name,
      {
        name: fitName(name, 32),
        loadBalancerType: 'application',
        internal: false,
        subnets: args.subnetIds,
        securityGroups: [args.securityGroupId],
        // A header that no standard allows is how requests are smuggled past a proxy.
        dropInvalidHeaderFields: true,
        tags: args.tags,
      },
      { parent: this },
    );
  }

  private createTargetGroup(name: string, args: LoadBalancerArgs): aws.lb.TargetGroup {
    const { healthCheck } = args;
    return new aws.lb.TargetGroup(
      name,
      {
        name: pulumi.output(args.vpcId).apply((vpcId) => targetGroupName(name, vpcId)),
        vpcId: args.vpcId,
        targetType: 'instance',
        protocol: 'HTTP',
        port: 80,
        deregistrationDelay: args.deregistrationDelaySeconds,
        healthCheck: {
          protocol: 'HTTP',
          port: 'traffic-port',
          path: healthCheck.path,
          interval: healthCheck.intervalSeconds,
          timeout: healthCheck.timeoutSeconds,
          healthyThreshold: healthCheck.healthyThreshold,
          unhealthyThreshold: healthCheck.unhealthyThreshold,
          matcher: '200',
        },
        tags: args.tags,
      },
      // A listener still uses the old group while its successor is made.
      { parent: this, deleteBeforeReplace: false },
    );
  }

  private createListener(
    name: string,
    args: LoadBalancerArgs,
    balancer: aws.lb.LoadBalancer,
  ): aws.lb.Listener {
    const targetGroups = slots.map((slot) => ({
      arn: this.targetGroupArns[slot],
      weight: slot === args.activeSlot ? 100 : 0,
    }));
    return new aws.lb.Listener(
      name,
      {
        loadBalancerArn: balancer.arn,
        protocol: 'HTTP',
        port: 80,
        defaultActions: [{ type: 'forward', forward: { targetGroups } }],
        tags: args.tags,
      },
      { parent: this, ignoreChanges: weightsMovedByDeployments },
    );
  }
}
