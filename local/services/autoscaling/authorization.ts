import type { LaunchTemplateSpecification, Tag } from '@aws-sdk/client-auto-scaling';
import {
  and,
  anywhere,
  each,
  on,
  onAll,
  tagging,
  type Authorization,
  type Rule,
} from '../../endpoint/authorization.ts';
import type { AutoScalingContext } from './context.ts';

interface Input {
  readonly AutoScalingGroupName?: string;
  readonly InstanceId?: string;
  readonly PolicyName?: string;
  readonly LaunchTemplate?: LaunchTemplateSpecification;
}

const describing = [
  ...['AutoScalingGroups', 'LifecycleHooks', 'LifecycleHookTypes', 'AutoScalingInstances', 'Policies'],
  ...['MetricCollectionTypes', 'AdjustmentTypes', 'ScalingProcessTypes', 'TerminationPolicyTypes'],
  ...['ScalingActivities', 'ScheduledActions', 'Tags', 'LoadBalancerTargetGroups', 'TrafficSources'],
].map((what) => `Describe${what}`);

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html */
export function autoScalingAuthorization({ parts, state }: AutoScalingContext): Authorization {
  const { region, account } = parts;
  const arnOf = (name: string): string =>
    state.groups.get(name)?.arn ??
    `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/${name}`;
  const group = on(({ AutoScalingGroupName: name, InstanceId, PolicyName }: Input) => {
    const policy = [...state.policies.values()].find(({ arn }) => arn === PolicyName);
    return arnOf(name ?? policy?.groupName ?? state.instances.get(InstanceId ?? '')?.groupName ?? '*');
  });
  const tagged = onAll(({ Tags = [] }: { Tags?: Tag[] }) => [
    ...new Set(Tags.map(({ ResourceId = '*' }) => arnOf(ResourceId))),
  ]);
  /** Who gives a group a template has to be allowed to launch from it himself. */
  const launch: Rule = ({ LaunchTemplate }: Input, call) =>
    LaunchTemplate === undefined ? [] : parts.services.ec2.launchNeeds({ LaunchTemplate }, call);
  return {
    prefix: 'autoscaling',
    operations: {
      ...each(describing, anywhere),
      CreateAutoScalingGroup: and(tagging('CreateOrUpdateTags', group), launch),
      UpdateAutoScalingGroup: and(group, launch),
      ...each(['DeleteAutoScalingGroup', 'SetDesiredCapacity'], group),
      ...each(['PutLifecycleHook', 'DeleteLifecycleHook'], group),
      ...each(['CompleteLifecycleAction', 'RecordLifecycleActionHeartbeat'], group),
      ...each(['SetInstanceHealth', 'SetInstanceProtection', 'TerminateInstanceInAutoScalingGroup'], group),
      ...each(['AttachInstances', 'DetachInstances', 'EnterStandby', 'ExitStandby'], group),
      ...each(['EnableMetricsCollection', 'DisableMetricsCollection'], group),
      ...each(['PutScalingPolicy', 'DeletePolicy', 'ExecutePolicy'], group),
      ...each(['SuspendProcesses', 'ResumeProcesses'], group),
      ...each(['PutScheduledUpdateGroupAction', 'BatchPutScheduledUpdateGroupAction'], group),
      ...each(['DeleteScheduledAction', 'BatchDeleteScheduledAction'], group),
      ...each(['CreateOrUpdateTags', 'DeleteTags'], tagged),
      ...each(['AttachLoadBalancerTargetGroups', 'DetachLoadBalancerTargetGroups'], group),
      ...each(['AttachTrafficSources', 'DetachTrafficSources'], group),
    },
    keys: {
      'autoscaling:MinSize': ({ MinSize }: { MinSize?: number }) => MinSize,
      'autoscaling:MaxSize': ({ MaxSize }: { MaxSize?: number }) => MaxSize,
      'autoscaling:TargetGroupARNs': ({ TargetGroupARNs }: { TargetGroupARNs?: string[] }) => TargetGroupARNs,
    },
    tagsOf(arn) {
      const found = state.groups.get(arn.slice(arn.lastIndexOf('/') + 1));
      return found && Object.fromEntries(found.tags.map(({ key, value }) => [key, value]));
    },
  };
}
