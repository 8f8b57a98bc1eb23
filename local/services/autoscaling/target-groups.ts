import type {
  AttachLoadBalancerTargetGroupsCommandInput,
  AttachTrafficSourcesCommandInput,
  DescribeLoadBalancerTargetGroupsCommandInput,
  DescribeLoadBalancerTargetGroupsCommandOutput,
  DescribeTrafficSourcesCommandInput,
  DescribeTrafficSourcesCommandOutput,
  DetachLoadBalancerTargetGroupsCommandInput,
  DetachTrafficSourcesCommandInput,
  TrafficSourceIdentifier,
} from '@aws-sdk/client-auto-scaling';
import type { Answer } from '../../endpoint/service.ts';
import type { AutoScalingContext } from './context.ts';
import { findGroup, invalid, unsupported } from './errors.ts';
import type { Neighbours } from './neighbours.ts';
import { paged } from './paging.ts';
import { instancesOf, type GroupRow } from './state.ts';

/** Target groups among traffic sources; other kinds have nothing behind them here. */
export function identifiers(sources: readonly TrafficSourceIdentifier[] | undefined): string[] {
  return (sources ?? []).map(({ Identifier: identifier = '', Type: type = 'elbv2' }) => {
    if (type !== 'elbv2' || !identifier.includes(':targetgroup/'))
      throw unsupported(`A traffic source besides target groups (${identifier})`);
    return identifier;
  });
}

export async function checkedTargetGroups(
  neighbours: Neighbours,
  arns: readonly string[],
): Promise<string[]> {
  const wanted = [...new Set(arns)];
  if (await neighbours.targetGroupsExist(wanted)) return wanted;
  throw invalid('Provided Target Groups may not be valid. Please ensure they exist and try again.');
}

/** Target groups of a group; the reconciler registers and deregisters its instances. */
export function targetGroupOperations({ state, neighbours, reconciler }: AutoScalingContext) {
  const attach = async (name: string | undefined, arns: readonly string[]): Promise<void> => {
    findGroup(state, name);
    const added = await checkedTargetGroups(neighbours, arns);
    const group = findGroup(state, name);
    put(group, [...new Set([...group.targetGroupArns, ...added])]);
  };

  const detach = (name: string | undefined, arns: readonly string[]): void => {
    const group = findGroup(state, name);
    const unknown = arns.find((arn) => !group.targetGroupArns.includes(arn));
    if (unknown !== undefined)
      throw invalid(`Trying to remove Target Groups that are not part of the group: ${unknown}`);
    put(
      group,
      group.targetGroupArns.filter((arn) => !arns.includes(arn)),
    );
  };

  const put = (group: GroupRow, targetGroupArns: readonly string[]): void => {
    state.groups.set(group.name, { ...group, targetGroupArns });
    void reconciler.poke(group.name);
  };

  /** Every target group that instances are, or are to be, registered with, and how far that is. */
  const states = async (name: string | undefined): Promise<{ arn: string; state: string }[]> => {
    const group = findGroup(state, name);
    const rows = instancesOf(state, group.name);
    const leaving = rows.flatMap(({ registeredWith, deregisteredFrom }) => [
      ...registeredWith,
      ...deregisteredFrom,
    ]);
    const listed: { arn: string; state: string }[] = [];
    for (const arn of new Set([...group.targetGroupArns, ...leaving])) {
      const health = await neighbours.targetStates(arn);
      const isAttached = group.targetGroupArns.includes(arn);
      const present = rows.filter(({ id }) => health.has(id));
      if (!isAttached && !present.length) continue;
      const serving = rows.filter((row) => row.state === 'InService');
      const isAdded = serving.every((row) => row.registeredWith.includes(arn));
      const isServing = present.some(({ id }) => health.get(id) === 'healthy');
      listed.push({
        arn,
        state: !isAttached ? 'Removing' : !isAdded ? 'Adding' : isServing ? 'InService' : 'Added',
      });
    }
    return listed;
  };

  return {
    async AttachLoadBalancerTargetGroups(input: AttachLoadBalancerTargetGroupsCommandInput) {
      await attach(input.AutoScalingGroupName, input.TargetGroupARNs ?? []);
      return {};
    },

    DetachLoadBalancerTargetGroups(input: DetachLoadBalancerTargetGroupsCommandInput) {
      detach(input.AutoScalingGroupName, input.TargetGroupARNs ?? []);
      return {};
    },

    async DescribeLoadBalancerTargetGroups(
      input: DescribeLoadBalancerTargetGroupsCommandInput,
    ): Promise<Answer<DescribeLoadBalancerTargetGroupsCommandOutput>> {
      const { items, next } = paged(await states(input.AutoScalingGroupName), input);
      return {
        LoadBalancerTargetGroups: items.map(({ arn, state: State }) => ({
          LoadBalancerTargetGroupARN: arn,
          State,
        })),
        ...next,
      };
    },

    async AttachTrafficSources(input: AttachTrafficSourcesCommandInput) {
      await attach(input.AutoScalingGroupName, identifiers(input.TrafficSources));
      return {};
    },

    DetachTrafficSources(input: DetachTrafficSourcesCommandInput) {
      detach(input.AutoScalingGroupName, identifiers(input.TrafficSources));
      return {};
    },

    async DescribeTrafficSources(
      input: DescribeTrafficSourcesCommandInput,
    ): Promise<Answer<DescribeTrafficSourcesCommandOutput>> {
      const { items, next } = paged(await states(input.AutoScalingGroupName), input);
      return {
        TrafficSources: items.map(({ arn, state: State }) => ({ Identifier: arn, Type: 'elbv2', State })),
        ...next,
      };
    },
  };
}
