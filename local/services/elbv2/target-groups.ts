import type {
  CreateTargetGroupCommandInput,
  CreateTargetGroupCommandOutput,
  DeleteTargetGroupCommandInput,
  DescribeTargetGroupAttributesCommandInput,
  DescribeTargetGroupAttributesCommandOutput,
  DescribeTargetGroupsCommandInput,
  DescribeTargetGroupsCommandOutput,
  ModifyTargetGroupAttributesCommandInput,
  ModifyTargetGroupAttributesCommandOutput,
  ModifyTargetGroupCommandInput,
  ModifyTargetGroupCommandOutput,
  TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { attributeList, changed, defaults, targetGroupAttributes } from './attributes.ts';
import { balancerOf, groupsUsedBy } from './balancer-model.ts';
import type { Balancing } from './balancing.ts';
import { invalidMarker, loadBalancerNotFound, targetGroupNotFound, validation } from './errors.ts';
import { checkName, newId, targetGroupArn } from './names.ts';
import type { ElbState, StoredTargetGroup } from './state.ts';
import { checkTags } from './tags.ts';
import { checkHealthCheck, defaultHealthCheck, refuseUnbacked } from './target-group-rules.ts';

/** Target groups. */
export function targetGroupOperations(parts: Parts, state: ElbState, balancing: Balancing) {
  return {
    async CreateTargetGroup(
      input: CreateTargetGroupCommandInput,
    ): Promise<Answer<CreateTargetGroupCommandOutput>> {
      const name = input.Name ?? '';
      checkName('Target group', name);
      refuseUnbacked(input);
      const { Port: port, VpcId: vpcId } = input;
      if (port === undefined || port < 1 || port > 65_535)
        throw validation('A port must be specified, from 1 to 65535');
      if (vpcId === undefined) throw validation('A VPC ID must be specified');
      const healthCheck = checkHealthCheck(input, defaultHealthCheck);
      const existing = [...state.targetGroups.values()].find((one) => one.name === name);
      if (existing) {
        const same =
          existing.port === port &&
          existing.vpcId === vpcId &&
          JSON.stringify(existing.healthCheck) === JSON.stringify(healthCheck);
        if (!same)
          throw new AwsError(
            'DuplicateTargetGroupName',
            `A target group with the same name '${name}' exists, but with different settings`,
          );
        return { TargetGroups: [view(existing, state)] };
      }
      const id = newId();
      const group: StoredTargetGroup = {
        arn: targetGroupArn(parts, name, id),
        name,
        id,
        port,
        vpcId,
        healthCheck,
        attributes: defaults(targetGroupAttributes),
        tags: checkTags(input.Tags ?? []),
        targets: [],
      };
      state.targetGroups.set(group.arn, group);
      return { TargetGroups: [view(group, state)] };
    },

    async DescribeTargetGroups(
      input: DescribeTargetGroupsCommandInput,
    ): Promise<Answer<DescribeTargetGroupsCommandOutput>> {
      const { items, nextToken } = page(
        choose(state, input),
        input.PageSize ?? 400,
        input.Marker,
        invalidMarker,
      );
      return {
        TargetGroups: items.map((group) => view(group, state)),
        ...(nextToken && { NextMarker: nextToken }),
      };
    },

    async ModifyTargetGroup(
      input: ModifyTargetGroupCommandInput,
    ): Promise<Answer<ModifyTargetGroupCommandOutput>> {
      const group = findTargetGroup(state, input.TargetGroupArn);
      refuseUnbacked(input);
      await balancing.adjust(group, { healthCheck: checkHealthCheck(input, group.healthCheck) });
      return { TargetGroups: [view(findTargetGroup(state, group.arn), state)] };
    },

    async DeleteTargetGroup(input: DeleteTargetGroupCommandInput): Promise<Record<string, never>> {
      const group = state.targetGroups.get(input.TargetGroupArn ?? '');
      if (!group) return {};
      if (balancerOf(group.arn, state)) {
        throw new AwsError(
          'ResourceInUse',
          `Target group '${group.arn}' is currently in use by a listener or a rule`,
        );
      }
      state.targetGroups.delete(group.arn);
      return {};
    },

    async DescribeTargetGroupAttributes(
      input: DescribeTargetGroupAttributesCommandInput,
    ): Promise<Answer<DescribeTargetGroupAttributesCommandOutput>> {
      return { Attributes: attributeList(findTargetGroup(state, input.TargetGroupArn).attributes) };
    },

    async ModifyTargetGroupAttributes(
      input: ModifyTargetGroupAttributesCommandInput,
    ): Promise<Answer<ModifyTargetGroupAttributesCommandOutput>> {
      const group = findTargetGroup(state, input.TargetGroupArn);
      const attributes = changed(targetGroupAttributes, group.attributes, input.Attributes ?? []);
      checkTogether(attributes);
      await balancing.adjust(group, { attributes });
      return { Attributes: attributeList(attributes) };
    },
  };
}

export function findTargetGroup(state: ElbState, arn: string | undefined): StoredTargetGroup {
  const found = state.targetGroups.get(arn ?? '');
  if (!found) throw targetGroupNotFound(arn ?? '');
  return found;
}

function choose(state: ElbState, input: DescribeTargetGroupsCommandInput): StoredTargetGroup[] {
  const { TargetGroupArns: arns, Names: names, LoadBalancerArn: loadBalancerArn } = input;
  if (loadBalancerArn !== undefined) {
    if (!state.loadBalancers.has(loadBalancerArn)) throw loadBalancerNotFound(loadBalancerArn);
    return groupsUsedBy(loadBalancerArn, state);
  }
  const all = [...state.targetGroups.values()];
  const missing = [
    ...(arns ?? []).filter((arn) => !state.targetGroups.has(arn)),
    ...(names ?? []).filter((name) => !all.some((group) => group.name === name)),
  ];
  if (missing.length > 0) throw new AwsError('TargetGroupNotFound', 'One or more target groups not found');
  return all.filter(
    ({ arn, name }) =>
      (arns === undefined || arns.includes(arn)) && (names === undefined || names.includes(name)),
  );
}

function checkTogether(attributes: Readonly<Record<string, string>>): void {
  if (
    attributes['slow_start.duration_seconds'] !== '0' &&
    attributes['load_balancing.algorithm.type'] !== 'round_robin'
  ) {
    throw validation('Slow start is only possible with the round_robin algorithm');
  }
  const needsName =
    attributes['stickiness.enabled'] === 'true' && attributes['stickiness.type'] === 'app_cookie';
  if (needsName && attributes['stickiness.app_cookie.cookie_name'] === '') {
    throw validation("A cookie name must be specified for stickiness of type 'app_cookie'");
  }
}

function view(group: StoredTargetGroup, state: ElbState): TargetGroup {
  const { healthCheck } = group;
  const loadBalancer = balancerOf(group.arn, state);
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: 'HTTP',
    Port: group.port,
    VpcId: group.vpcId,
    HealthCheckProtocol: 'HTTP',
    HealthCheckPort: healthCheck.port,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: healthCheck.intervalSeconds,
    HealthCheckTimeoutSeconds: healthCheck.timeoutSeconds,
    HealthyThresholdCount: healthCheck.healthyThreshold,
    UnhealthyThresholdCount: healthCheck.unhealthyThreshold,
    HealthCheckPath: healthCheck.path,
    Matcher: { HttpCode: healthCheck.matcher },
    LoadBalancerArns: loadBalancer ? [loadBalancer.arn] : [],
    TargetType: 'instance',
    ProtocolVersion: 'HTTP1',
    IpAddressType: 'ipv4',
  };
}
