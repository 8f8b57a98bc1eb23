import type { StateValue } from '@aws-sdk/client-cloudwatch';
import type { Parts } from '../parts.ts';
import { actionsOf, carryOut, isScaling } from './alarm-actions.ts';
import { ruleOf } from './alarm-rules.ts';
import { lastValues, periodOf } from './alarm-values.ts';
import { evaluateRule } from './composite-rules.ts';
import { evaluate } from './evaluation.ts';
import { minute } from './series.ts';
import type { AnyAlarm, CloudWatchState, StoredAlarm, StoredEvent } from './state.ts';

/** Looks at alarms as time passes, and acts when one changes its state. */
export interface AlarmClock {
  /** Evaluates one alarm now. */
  look(name: string): void;
  lookAtAll(): void;
  /** Only those with periods below a minute. */
  lookAtFast(): void;
  change(alarm: AnyAlarm, to: StateValue, reason: string): void;
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
    if (alarm) lookAtMetric(alarm);
    else lookAtComposite(name);
  }

  function lookAtMetric(alarm: StoredAlarm): void {
    const values = lastValues(state, alarm, parts.clock.now());
    const next = evaluate(ruleOf(alarm), values, alarm.state);
    const value = values.findLast((one) => one !== undefined);
    if (next !== alarm.state) change(alarm, next, reasonFor(alarm, next, values), value);
    else act(alarm, alarm.state, actionsOf(alarm).filter(isScaling), value);
  }

  function lookAtComposite(name: string): void {
    const alarm = state.composites.get(name);
    if (!alarm) return;
    const stateOf = (child: string) => (state.alarms.get(child) ?? state.composites.get(child))?.state;
    const holds = evaluateRule(alarm.settings.AlarmRule ?? '', stateOf);
    const next = holds ? 'ALARM' : 'OK';
    if (next !== alarm.state) change(alarm, next, `The rule ${alarm.settings.AlarmRule ?? ''} is ${holds}.`);
  }

  function change(alarm: AnyAlarm, to: StateValue, reason: string, value?: number): void {
    const from = alarm.state;
    const now = parts.clock.now();
    const moved = { state: to, reason, stateUpdated: now, ...(from !== to && { transitioned: now }) };
    const [metric, composite] = [state.alarms.get(alarm.name), state.composites.get(alarm.name)];
    if (metric) state.alarms.set(alarm.name, { ...metric, ...moved });
    else if (composite) state.composites.set(alarm.name, { ...composite, ...moved });
    if (from === to) return;
    remember(alarm.name, 'StateUpdate', `Alarm updated from ${from} to ${to}`, {
      oldState: from,
      newState: to,
      reason,
    });
    const changed = { ...alarm, ...moved };
    act(changed, from, actionsOf(changed), value);
    for (const { name } of [...state.composites.values()]) if (name !== alarm.name) lookAtComposite(name);
  }

  function act(
    alarm: AnyAlarm,
    from: StateValue,
    actions: readonly string[],
    value: number | undefined,
  ): void {
    if (alarm.actionsEnabled) for (const action of actions) void actOnce(alarm, from, action, value);
  }

  async function actOnce(
    alarm: AnyAlarm,
    from: StateValue,
    action: string,
    value: number | undefined,
  ): Promise<void> {
    try {
      await carryOut(parts, alarm, from, action, value);
      if (from !== alarm.state)
        remember(alarm.name, 'Action', `Successfully executed action ${action}`, { action });
    } catch (error) {
      const summary = `Failed to execute action ${action}. ${(error as Error).message}`;
      remember(alarm.name, 'Action', summary, { action });
    }
  }

  /** What is wrong with one alarm does not keep the others from being looked at. */
  function lookSafely(name: string): void {
    try {
      look(name);
    } catch (error) {
      console.error(`CloudWatch: the alarm ${name} could not be evaluated: ${(error as Error).message}`);
    }
  }

  function lookAtThose(wanted: (alarm: StoredAlarm) => boolean): void {
    for (const alarm of [...state.alarms.values()]) if (wanted(alarm)) lookSafely(alarm.name);
  }

  return {
    look,
    change,
    remember,
    lookAtAll: () => {
      lookAtThose(() => true);
    },
    lookAtFast: () => {
      lookAtThose((alarm) => periodOf(alarm) < minute);
    },
  };
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
