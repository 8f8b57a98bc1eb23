import { isDeepStrictEqual } from 'node:util';
import { DescribeAlarmsCommand, type AlarmType } from '@aws-sdk/client-cloudwatch';
import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  ModifyListenerCommand,
  ModifyRuleCommand,
  type Action,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { Clients } from '../aws/clients.ts';
import { UserError } from '../errors.ts';
import { otherSlot } from './policies/policy.ts';
import type { Alarms, Traffic } from './traffic.ts';

/** Listener weights, and the Elastic IP of an environment without a load balancer. */
export function createTraffic(clients: Clients, environment: EnvironmentDescriptor): Traffic {
  async function shiftListener(ListenerArn: string, weights: Weights): Promise<void> {
    const { Listeners: [listener] = [] } = await clients.elbv2.send(
      new DescribeListenersCommand({ ListenerArns: [ListenerArn] }),
    );
    const DefaultActions = reweighted(listener?.DefaultActions ?? [], weights);
    if (DefaultActions) await clients.elbv2.send(new ModifyListenerCommand({ ListenerArn, DefaultActions }));
    const { Rules = [] } = await clients.elbv2.send(new DescribeRulesCommand({ ListenerArn }));
    for (const { RuleArn, IsDefault, Actions: actions = [] } of Rules) {
      const Actions = IsDefault ? undefined : reweighted(actions, weights);
      if (Actions) await clients.elbv2.send(new ModifyRuleCommand({ RuleArn, Actions }));
    }
  }

  return {
    async shift(slot, percent) {
      const weights: Weights = new Map([
        [environment.slots[slot].targetGroupArn, percent],
        [environment.slots[otherSlot(slot)].targetGroupArn, 100 - percent],
      ]);
      const arns = environment.loadBalancer?.listenerArns ?? [];
      await Promise.all(arns.map((arn) => shiftListener(arn, weights)));
    },
    async moveAddress(InstanceId) {
      // Loaded by the few deployments that move an address: it takes as long as all the other clients together.
      const { AssociateAddressCommand, DescribeAddressesCommand } = await import('@aws-sdk/client-ec2');
      const PublicIps = environment.elasticIp === undefined ? [] : [environment.elasticIp];
      const { Addresses: [address] = [] } = await clients.ec2.send(
        new DescribeAddressesCommand({ PublicIps }),
      );
      if (!address)
        throw new UserError(`The Elastic IP ${environment.elasticIp ?? ''} does not exist any more.`, {
          next: 'pulumi refresh, then pulumi up',
        });
      if (address.InstanceId === InstanceId) return;
      const { AllocationId } = address;
      await clients.ec2.send(
        new AssociateAddressCommand({ AllocationId, InstanceId, AllowReassociation: true }),
      );
    },
  };
}

/** By target group. */
type Weights = ReadonlyMap<string | undefined, number>;

/** Pure: the actions with the slots' weights; undefined when they have them already, or do not lead to both slots. */
export function reweighted(actions: readonly Action[], weights: Weights): Action[] | undefined {
  const next = actions.map((action): Action => {
    const groups = action.ForwardConfig?.TargetGroups ?? [];
    const leadsToBoth = [...weights.keys()].every((arn) =>
      groups.some(({ TargetGroupArn }) => TargetGroupArn === arn),
    );
    if (action.Type !== 'forward' || !leadsToBoth) return action;
    const TargetGroups = groups.map((group) => ({
      ...group,
      Weight: weights.get(group.TargetGroupArn) ?? group.Weight,
    }));
    return { ...action, ForwardConfig: { ...action.ForwardConfig, TargetGroups } };
  });
  return isDeepStrictEqual(next, actions) ? undefined : next;
}

const alarmTypes: AlarmType[] = ['MetricAlarm', 'CompositeAlarm'];

export const createAlarms = (clients: Pick<Clients, 'cloudwatch'>): Alarms => ({
  async ringing(names) {
    const { MetricAlarms = [], CompositeAlarms = [] } = await clients.cloudwatch.send(
      new DescribeAlarmsCommand({ AlarmNames: [...names], AlarmTypes: alarmTypes, StateValue: 'ALARM' }),
    );
    return [...MetricAlarms, ...CompositeAlarms].map(
      ({ AlarmName = '', StateReason = 'no reason' }) => `${AlarmName} is in ALARM: ${StateReason}`,
    );
  },
  async missing(names) {
    const { MetricAlarms = [], CompositeAlarms = [] } = await clients.cloudwatch.send(
      new DescribeAlarmsCommand({ AlarmNames: [...names], AlarmTypes: alarmTypes }),
    );
    const known = [...MetricAlarms, ...CompositeAlarms].map(({ AlarmName }) => AlarmName);
    return names.filter((name) => !known.includes(name));
  },
});
