import type { Aws } from '../support/aws.ts';
import { listEverything } from '../support/listing.ts';

/** Of these there is another one after each deployment; how many there are is what counts. */
const counted = new Set(['instances', 'volumes', 'network interfaces']);

/**
 * What the account has, without what every deployment makes anew: as long as it is the same text, Pulumi has
 * nothing else to find.
 */
export async function pictureOf(aws: Aws): Promise<string> {
  const [all, groups, templates, balancing] = await Promise.all([
    listEverything(aws),
    groupsOf(aws),
    templatesOf(aws),
    balancingOf(aws),
  ]);
  const kinds = Object.entries(all).map(([kind, names]) => [kind, counted.has(kind) ? names.length : names]);
  return JSON.stringify({ kinds, groups, templates, balancing });
}

async function groupsOf({ autoscaling }: Aws): Promise<unknown> {
  const { AutoScalingGroups = [] } = await autoscaling.describeAutoScalingGroups({});
  return Promise.all(
    AutoScalingGroups.map(async ({ Instances = [], ...group }) => {
      const { AutoScalingGroupName } = group;
      const { LifecycleHooks = [] } = await autoscaling.describeLifecycleHooks({ AutoScalingGroupName });
      return { ...group, instances: Instances.length, LifecycleHooks };
    }),
  );
}

async function templatesOf({ ec2 }: Aws): Promise<unknown> {
  const { LaunchTemplates = [] } = await ec2.describeLaunchTemplates({});
  return LaunchTemplates.map(({ LaunchTemplateName, DefaultVersionNumber, LatestVersionNumber }) => ({
    LaunchTemplateName,
    DefaultVersionNumber,
    LatestVersionNumber,
  }));
}

async function balancingOf({ elb }: Aws): Promise<unknown> {
  const { LoadBalancers = [] } = await elb.describeLoadBalancers({});
  const { TargetGroups = [] } = await elb.describeTargetGroups({});
  const listeners = await Promise.all(
    LoadBalancers.map(async ({ LoadBalancerArn }) => {
      const { Listeners = [] } = await elb.describeListeners({ LoadBalancerArn });
      return Promise.all(
        Listeners.map(async (listener) => {
          const { Rules = [] } = await elb.describeRules({ ListenerArn: listener.ListenerArn });
          return { listener, Rules };
        }),
      );
    }),
  );
  const attributes = await Promise.all(
    TargetGroups.map(({ TargetGroupArn }) => elb.describeTargetGroupAttributes({ TargetGroupArn })),
  );
  return {
    LoadBalancers,
    TargetGroups,
    listeners,
    attributes: attributes.map(({ Attributes }) => Attributes),
  };
}
