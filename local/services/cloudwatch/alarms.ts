import type {
  AlarmHistoryItem,
  DeleteAlarmsCommandInput,
  DescribeAlarmHistoryCommandInput,
  DescribeAlarmHistoryCommandOutput,
  DescribeAlarmsCommandInput,
  DescribeAlarmsCommandOutput,
  DescribeAlarmsForMetricCommandInput,
  DescribeAlarmsForMetricCommandOutput,
  DisableAlarmActionsCommandInput,
  EnableAlarmActionsCommandInput,
  MetricAlarm,
  PutMetricAlarmCommandInput,
  SetAlarmStateCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import type { AlarmClock } from './alarm-clock.ts';
import { checkAlarm } from './alarm-rules.ts';
import { compositeView } from './composites.ts';
import { invalidToken, unsupported } from './errors.ts';
import {
  metricKey,
  type AnyAlarm,
  type CloudWatchState,
  type StoredAlarm,
  type StoredComposite,
} from './state.ts';
import { checkTags } from './tags.ts';

/** Alarms. */
export function alarmOperations(parts: Parts, state: CloudWatchState, clock: AlarmClock) {
  const findAlarm = (name: string): AnyAlarm | undefined =>
    state.alarms.get(name) ?? state.composites.get(name);

  function enable(names: readonly string[] | undefined, actionsEnabled: boolean): void {
    for (const name of names ?? []) {
      const [alarm, composite] = [state.alarms.get(name), state.composites.get(name)];
      if (alarm) state.alarms.set(name, { ...alarm, actionsEnabled });
      else if (composite) state.composites.set(name, { ...composite, actionsEnabled });
    }
  }

  return {
    async PutMetricAlarm(input: PutMetricAlarmCommandInput): Promise<Record<string, never>> {
      checkAlarm(input);
      const { Tags, AlarmName: name = '', ActionsEnabled = true, ...settings } = input;
      const existing = state.alarms.get(name);
      const now = parts.clock.now();
      const alarm: StoredAlarm = {
        name,
        arn: `arn:aws:cloudwatch:${parts.region}:${parts.account}:alarm:${name}`,
        settings,
        actionsEnabled: ActionsEnabled,
        tags: existing?.tags ?? checkTags(Tags ?? []),
        updated: now,
        state: existing?.state ?? 'INSUFFICIENT_DATA',
        reason: existing?.reason ?? 'Unchecked: Initial alarm creation',
        stateUpdated: existing?.stateUpdated ?? now,
        transitioned: existing?.transitioned ?? now,
      };
      state.alarms.set(name, alarm);
      clock.remember(name, 'ConfigurationUpdate', `Alarm "${name}" ${existing ? 'updated' : 'created'}`, {});
      clock.look(name);
      return {};
    },

    async DescribeAlarms(input: DescribeAlarmsCommandInput): Promise<Answer<DescribeAlarmsCommandOutput>> {
      if (input.ChildrenOfAlarmName ?? input.ParentsOfAlarmName)
        throw unsupported('The search for related alarms');
      // Composite alarms are listed only for those who ask for them.
      const types = input.AlarmTypes ?? ['MetricAlarm'];
      const all = [
        ...(types.includes('MetricAlarm') ? state.alarms.values() : []),
        ...(types.includes('CompositeAlarm') ? state.composites.values() : []),
      ].filter((alarm) => isWanted(alarm, input));
      const { items, nextToken } = page(all, input.MaxRecords ?? 50, input.NextToken, invalidToken);
      return {
        MetricAlarms: items.filter(isMetricAlarm).map(view),
        CompositeAlarms: items.filter(isComposite).map(compositeView),
        ...(nextToken && { NextToken: nextToken }),
      };
    },

    async DescribeAlarmsForMetric(
      input: DescribeAlarmsForMetricCommandInput,
    ): Promise<Answer<DescribeAlarmsForMetricCommandOutput>> {
      const key = metricKey(input.Namespace ?? '', input.MetricName ?? '', input.Dimensions ?? []);
      const all = [...state.alarms.values()].filter(
        ({ settings: { Namespace = '', MetricName = '', Dimensions = [], Statistic, Period } }) =>
          metricKey(Namespace, MetricName, Dimensions) === key &&
          (input.Statistic === undefined || input.Statistic === Statistic) &&
          (input.Period === undefined || input.Period === Period),
      );
      return { MetricAlarms: all.map(view) };
    },

    async DescribeAlarmHistory(
      input: DescribeAlarmHistoryCommandInput,
    ): Promise<Answer<DescribeAlarmHistoryCommandOutput>> {
      const all = [...state.history.values()].filter(
        ({ alarm, at, type }) =>
          (input.AlarmName === undefined || alarm === input.AlarmName) &&
          (input.HistoryItemType === undefined || type === input.HistoryItemType) &&
          at >= (input.StartDate?.getTime() ?? 0) &&
          at <= (input.EndDate?.getTime() ?? Infinity),
      );
      if (input.ScanBy !== 'TimestampAscending') all.reverse();
      const { items, nextToken } = page(all, input.MaxRecords ?? 100, input.NextToken, invalidToken);
      const view = ({ alarm, at, type, summary, data }: (typeof all)[number]): AlarmHistoryItem => ({
        AlarmName: alarm,
        AlarmType: state.composites.has(alarm) ? 'CompositeAlarm' : 'MetricAlarm',
        Timestamp: new Date(at),
        HistoryItemType: type,
        HistorySummary: summary,
        HistoryData: data,
      });
      return { AlarmHistoryItems: items.map(view), ...(nextToken && { NextToken: nextToken }) };
    },

    async DeleteAlarms(input: DeleteAlarmsCommandInput): Promise<Record<string, never>> {
      const names = input.AlarmNames ?? [];
      const unknown = names.filter((name) => !findAlarm(name));
      if (unknown.length > 0)
        throw new AwsError('ResourceNotFound', `Alarms not found: ${unknown.join(', ')}`, 404);
      for (const name of names) if (!state.alarms.delete(name)) state.composites.delete(name);
      return {};
    },

    async EnableAlarmActions(input: EnableAlarmActionsCommandInput): Promise<Record<string, never>> {
      enable(input.AlarmNames, true);
      return {};
    },

    async DisableAlarmActions(input: DisableAlarmActionsCommandInput): Promise<Record<string, never>> {
      enable(input.AlarmNames, false);
      return {};
    },

    async SetAlarmState(input: SetAlarmStateCommandInput): Promise<Record<string, never>> {
      const alarm = findAlarm(input.AlarmName ?? '');
      if (!alarm) throw new AwsError('ResourceNotFound', `Alarm not found: ${input.AlarmName ?? ''}`, 404);
      clock.change(alarm, input.StateValue ?? 'OK', input.StateReason ?? '');
      return {};
    },
  };
}

type Stored = StoredAlarm | StoredComposite;
const isComposite = (alarm: Stored): alarm is StoredComposite => 'AlarmRule' in alarm.settings;
const isMetricAlarm = (alarm: Stored): alarm is StoredAlarm => !isComposite(alarm);

function isWanted(alarm: AnyAlarm, input: DescribeAlarmsCommandInput): boolean {
  const actions = [
    alarm.settings.AlarmActions,
    alarm.settings.OKActions,
    alarm.settings.InsufficientDataActions,
  ].flatMap((list) => list ?? []);
  const { ActionPrefix: prefix } = input;
  return (
    (input.AlarmNames === undefined || input.AlarmNames.includes(alarm.name)) &&
    alarm.name.startsWith(input.AlarmNamePrefix ?? '') &&
    (input.StateValue === undefined || input.StateValue === alarm.state) &&
    (prefix === undefined || actions.some((action) => action.startsWith(prefix)))
  );
}

const view = (alarm: StoredAlarm): MetricAlarm => ({
  ...alarm.settings,
  AlarmActions: alarm.settings.AlarmActions ?? [],
  OKActions: alarm.settings.OKActions ?? [],
  InsufficientDataActions: alarm.settings.InsufficientDataActions ?? [],
  Dimensions: alarm.settings.Dimensions ?? [],
  AlarmName: alarm.name,
  AlarmArn: alarm.arn,
  ActionsEnabled: alarm.actionsEnabled,
  AlarmConfigurationUpdatedTimestamp: new Date(alarm.updated),
  StateValue: alarm.state,
  StateReason: alarm.reason,
  StateUpdatedTimestamp: new Date(alarm.stateUpdated),
  StateTransitionedTimestamp: new Date(alarm.transitioned),
});
