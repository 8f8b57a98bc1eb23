import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { createHash } from 'node:crypto';
import { slots } from '../../model/names.ts';
import type { Slot } from '../../model/names.ts';
import { fitName } from '../naming.ts';

export interface LoadBalancerArgs {
  /** Where the targets are; another VPC replaces the target groups. */
  readonly vpcId: pulumi.Input<string>;
  /** Public subnets, one per zone: at least two. Each zone has an address of its own. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Who may connect to it, and where it may connect to. */
  readonly securityGroupId: pulumi.Input<string>;
  /** Gets all traffic when the listener is made; later the CLI moves it. */
  readonly activeSlot: Slot;
  /** How it finds out whether an instance may get requests. */
  readonly healthCheck: HealthCheck;
  /**
   * Seconds for which requests in flight may go on when an instance leaves.
   * @stackFile environments.*.deregistrationDelaySeconds
   */
  readonly deregistrationDelaySeconds: number;
  /**
   * Which instance gets the next request.
   * @stackFile environments.*.loadBalancingAlgorithm
   */
  readonly algorithm: string;
  /**
   * Seconds in which a new instance grows into its full share of the requests; 0: it has it at once.
   * @stackFile environments.*.slowStartSeconds
   */
  readonly slowStartSeconds: number;
  /**
   * Seconds for which a browser stays with an instance; 0: its requests go to any.
   * @stackFile environments.*.stickinessSeconds
   */
  readonly stickinessSeconds: number;
  /**
   * The application's cookie that a browser is kept by; undefined: the load balancer makes one, `AWSALB`.
   * @stackFile environments.*.stickinessCookieName
   */
  readonly stickinessCookieName: string | undefined;
  /** Makes it answer by HTTPS, with this certificate and security policy; HTTP is then redirected there. */
  readonly tls: { readonly certificateArn: pulumi.Input<string>; readonly policy: string } | undefined;
  /** On everything that can carry tags: application, stack and environment. Permissions and costs go by them. */
  readonly tags: Record<string, string>;
}

/** How the load balancer asks each instance, on port 80; only an answer of 200 is good. */
export interface HealthCheck {
  /**
   * What it asks for.
   * @stackFile environments.*.healthCheckPath
   */
  readonly path: string;
  /**
   * Seconds between two checks.
   * @stackFile environments.*.healthCheckIntervalSeconds
   */
  readonly intervalSeconds: number;
  /**
   * Seconds to wait for the answer; fewer than between two checks.
   * @stackFile environments.*.healthCheckTimeoutSeconds
   */
  readonly timeoutSeconds: number;
  /**
   * Good checks in a row that make a target healthy again.
   * @stackFile environments.*.healthyThresholdCount
   */
  readonly healthyThreshold: number;
  /**
   * Bad checks in a row that make a target unhealthy.
   * @stackFile environments.*.unhealthyThresholdCount
   */
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
 * An Application Load Balancer with a target group for each slot, between which deployments move the traffic: Pulumi
 * makes the weights and then leaves them alone. Requests with header names that no standard allows lose those headers.
 * Cost: about 16 USD a month plus 0.008 USD per LCU-hour (us-east-1), and its public addresses, 3.65 USD a month per
 * zone.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
 * @stackFile environments.web.tier, environments.web.type, environments.web.healthCheckPath
 */
export class LoadBalancer extends pulumi.ComponentResource {
  /** Of the load balancer; its end is the `LoadBalancer` dimension of CloudWatch metrics. */
  readonly arn: pulumi.Output<string>;
  /** Its name in AWS's own domain; its addresses may change, so records are aliases. */
  readonly dnsName: pulumi.Output<string>;
  /** Of the zone that `dnsName` is in, which is AWS's: alias records name it. */
  readonly zoneId: pulumi.Output<string>;
  /** The listener that forwards to the slots: that of HTTPS where there is one. */
  readonly listenerArn: pulumi.Output<string>;
  /** For the Auto Scaling group of each slot, which registers its instances there. */
  readonly targetGroupArns: Readonly<Record<Slot, pulumi.Output<string>>>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super('beanpole:environment:LoadBalancer', name, {}, opts);

    const balancer = this.createBalancer(name, args);
    const blue = this.createTargetGroup(`${name}-blue`, args);
    const green = this.createTargetGroup(`${name}-green`, args);
    this.targetGroupArns = { blue: blue.arn, green: green.arn };
    const listener = this.createListeners(name, args, balancer);

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
        loadBalancingAlgorithmType: args.algorithm,
        slowStart: args.slowStartSeconds,
        stickiness: {
          ...(args.stickinessCookieName === undefined
            ? { type: 'lb_cookie' }
            : { type: 'app_cookie', cookieName: args.stickinessCookieName }),
          enabled: args.stickinessSeconds > 0,
          // AWS wants a duration also where it means nothing.
          cookieDuration: args.stickinessSeconds || 86_400,
        },
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

  /** The one that forwards; without TLS it is the only one. */
  private createListeners(
    name: string,
    args: LoadBalancerArgs,
    balancer: aws.lb.LoadBalancer,
  ): aws.lb.Listener {
    if (!args.tls)
      return this.createForwarding(`${name}-http`, args, balancer, { protocol: 'HTTP', port: 80 });
    const { certificateArn, policy } = args.tls;
    const forwarding = this.createForwarding(`${name}-https`, args, balancer, {
      protocol: 'HTTPS',
      port: 443,
      certificateArn,
      sslPolicy: policy,
    });
    // First there is something to redirect to.
    this.createRedirect(`${name}-http`, args, balancer, forwarding);
    return forwarding;
  }

  private createRedirect(
    name: string,
    { tags }: LoadBalancerArgs,
    balancer: aws.lb.LoadBalancer,
    target: aws.lb.Listener,
  ): aws.lb.Listener {
    const redirect = { protocol: 'HTTPS', port: '443', statusCode: 'HTTP_301' };
    return new aws.lb.Listener(
      name,
      {
        loadBalancerArn: balancer.arn,
        protocol: 'HTTP',
        port: 80,
        defaultActions: [{ type: 'redirect', redirect }],
        tags,
      },
      { parent: this, dependsOn: [target] },
    );
  }

  private createForwarding(
    name: string,
    args: LoadBalancerArgs,
    balancer: aws.lb.LoadBalancer,
    way: Pick<aws.lb.ListenerArgs, 'protocol' | 'port' | 'certificateArn' | 'sslPolicy'>,
  ): aws.lb.Listener {
    const targetGroups = slots.map((slot) => ({
      arn: this.targetGroupArns[slot],
      weight: slot === args.activeSlot ? 100 : 0,
    }));
    return new aws.lb.Listener(
      name,
      {
        loadBalancerArn: balancer.arn,
        ...way,
        defaultActions: [{ type: 'forward', forward: { targetGroups } }],
        tags: args.tags,
      },
      { parent: this, ignoreChanges: weightsMovedByDeployments },
    );
  }
}
