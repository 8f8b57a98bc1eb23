import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { ask, type Parts } from '../parts.ts';
import { ruleOf, statisticOf } from './alarm-rules.ts';
import { statistic } from './buckets.ts';
import { evaluate } from './evaluation.ts';
import { minute, points } from './series.ts';
import { metricKey, type CloudWatchState, type StoredAlarm, type StoredEvent } from './state.ts';

/** Looks at alarms as time passes, and acts when one changes its state. */
export interface AlarmClock {
  /** Evaluates one alarm now. */
  look(name: string): void;
  lookAtAll(): void;
  change(alarm: StoredAlarm, to: StateValue, reason: string): void;
  remember(alarm: string, type: StoredEvent['type'], summary: string, data: object): void;
}

const keptEvents = 1000;

export function alarmClock(parts: Parts, state: CloudWatchState): AlarmClock {
  let lastEvent = 0;

  function remember(alarm: string, type: StoredEvent['type'], summary: string, data: object): void {
    const at = parts.clock.now();
    state.history.set(`${at}/${++lastEvent}`, { alarm, at, type, summary, data: JSON.stringify(data) });
    if (state.history.size > keptEvents) {
      const [oldest] = state.history.entries();
      if (oldest) state.history.delete(oldest[0]);
    }
  }

  function look(name: string): void {
    const alarm = state.alarms.get(name);
    if (!alarm) return;
    const rule = ruleOf(alarm);
    const values = lastValues(alarm);
    const next = evaluate(rule, values, alarm.state);
    if (next !== alarm.state) change(alarm, next, reasonFor(alarm, next, values));
  }

  /** The values of the last N whole periods, oldest first. */
  function lastValues(alarm: StoredAlarm): (number | undefined)[] {
    const { Namespace = '', MetricName = '', Dimensions = [], Period = 60 } = alarm.settings;
    const period = (Period / 60) * minute;
    const { periods } = ruleOf(alarm);
    const end = Math.floor(parts.clock.now() / period) * period;
    const start = end - periods * period;
    const found = new Map(
      points(state, metricKey(Namespace, MetricName, Dimensions), start, end, period).map(
        ({ at, bucket }) => [at, bucket],
      ),
    );
    return Array.from({ length: periods }, (_, index) => {
      const bucket = found.get(start + index * period);
      return bucket && statistic(statisticOf(alarm.settings), bucket);
    });
  }

  function change(alarm: StoredAlarm, to: StateValue, reason: string): void {
    const from = alarm.state;
    const now = parts.clock.now();
    const changed = {
      ...alarm,
      state: to,
      reason,
      stateUpdated: now,
      ...(from !== to && { transitioned: now }),
    };
    state.alarms.set(alarm.name, changed);
    if (from === to) return;
    remember(alarm.name, 'StateUpdate', `Alarm updated from ${from} to ${to}`, {
      oldState: from,
      newState: to,
      reason,
    });
    if (!alarm.actionsEnabled) return;
    for (const action of actionsOf(changed)) void act(changed, from, action);
  }

  async function act(alarm: StoredAlarm, from: StateValue, action: string): Promise<void> {
    try {
      if (action.startsWith('arn:aws:sns:'))
        await ask(parts, 'sns', 'Publish', notification(alarm, from, action));
      else
        await ask(parts, 'autoscaling', 'ExecutePolicy', {
          PolicyName: action,
          MetricValue: 0,
          BreachThreshold: 0,
        });
      remember(alarm.name, 'Action', `Successfully executed action ${action}`, { action });
    } catch (error) {
      remember(alarm.name, 'Action', `Failed to execute action ${action}. ${(error as Error).message}`, {
        action,
      });
    }
  }

  function notification(alarm: StoredAlarm, from: StateValue, topic: string): object {
    const message = {
      AlarmName: alarm.name,
      AlarmDescription: alarm.settings.AlarmDescription ?? null,
      AWSAccountId: parts.account,
      NewStateValue: alarm.state,
      NewStateReason: alarm.reason,
      StateChangeTime: new Date(alarm.stateUpdated).toISOString(),
      Region: parts.region,
      AlarmArn: alarm.arn,
      OldStateValue: from,
      Trigger: alarm.settings,
    };
    const subject = `${alarm.state}: "${alarm.name}" in ${parts.region}`;
    return { TopicArn: topic, Subject: subject.slice(0, 100), Message: JSON.stringify(message) };
  }

  return {
    look,
    change,
    remember,
    lookAtAll() {
      for (const { name } of [...state.alarms.values()]) look(name);
    },
  };
}

function actionsOf({ state, settings }: StoredAlarm): readonly string[] {
  if (state === 'ALARM') return settings.AlarmActions ?? [];
  return (state === 'OK' ? settings.OKActions : settings.InsufficientDataActions) ?? [];
}

function reasonFor(
  { settings }: StoredAlarm,
  to: StateValue,
  values: readonly (number | undefined)[],
): string {
  const present = values.filter((value) => value !== undefined);
  if (to === 'INSUFFICIENT_DATA') return `Insufficient Data: ${values.length} datapoints were unknown.`;
  return `Threshold Crossed: ${present.length} of the last ${values.length} datapoints [${present.join(', ')}] were compared (${settings.ComparisonOperator ?? ''}) with the threshold (${settings.Threshold ?? 0}); ${values.length - present.length} were missing.`;
}
