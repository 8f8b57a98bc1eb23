import type { CompositeAlarm, PutCompositeAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import type { Parts } from '../parts.ts';
import type { AlarmClock } from './alarm-clock.ts';
import { checkActions } from './alarm-rules.ts';
import { parseRule } from './composite-rules.ts';
import { invalidValue, missing, unsupported, validation } from './errors.ts';
import type { CloudWatchState, StoredComposite } from './state.ts';
import { checkTags } from './tags.ts';

const unbacked = [
  'ActionsSuppressor',
  'ActionsSuppressorWaitPeriod',
  'ActionsSuppressorExtensionPeriod',
  'ActionConfiguration',
] as const;

/** Composite alarms: a rule over the states of other alarms. They notify topics; they scale nothing. */
export function compositeOperations(parts: Parts, state: CloudWatchState, clock: AlarmClock) {
  function check(input: PutCompositeAlarmCommandInput): void {
    for (const member of unbacked) if (input[member] !== undefined) throw unsupported(member);
    const { AlarmName: name = '', AlarmRule: rule } = input;
    if (!/^\P{Cc}{1,255}$/u.test(name))
      throw invalidValue('The parameter AlarmName must have from 1 to 255 characters.');
    if (!rule) throw missing('The parameter AlarmRule is required.');
    checkActions(input, /^arn:aws:sns:/);
    const { alarms } = parseRule(rule);
    const unknown = alarms.filter((child) => !state.alarms.has(child) && !state.composites.has(child));
    if (unknown.length > 0)
      throw validation(`AlarmRule names alarms that do not exist: ${unknown.join(', ')}`);
    if (dependsOn(alarms, name)) throw validation(`The alarm ${name} must not depend on itself.`);
  }

  const dependsOn = (alarms: readonly string[], name: string): boolean =>
    alarms.some((child) => {
      const rule = state.composites.get(child)?.settings.AlarmRule;
      return child === name || (rule !== undefined && dependsOn(parseRule(rule).alarms, name));
    });

  return {
    async PutCompositeAlarm(input: PutCompositeAlarmCommandInput): Promise<Record<string, never>> {
      check(input);
      const { Tags, AlarmName: name = '', ActionsEnabled = true, ...settings } = input;
      const existing = state.composites.get(name);
      const now = parts.clock.now();
      const alarm: StoredComposite = {
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
      state.composites.set(name, alarm);
      clock.remember(name, 'ConfigurationUpdate', `Alarm "${name}" ${existing ? 'updated' : 'created'}`, {});
      clock.look(name);
      return {};
    },
  };
}

export const compositeView = (alarm: StoredComposite): CompositeAlarm => ({
  ...alarm.settings,
  AlarmActions: alarm.settings.AlarmActions ?? [],
  OKActions: alarm.settings.OKActions ?? [],
  InsufficientDataActions: alarm.settings.InsufficientDataActions ?? [],
  AlarmName: alarm.name,
  AlarmArn: alarm.arn,
  ActionsEnabled: alarm.actionsEnabled,
  AlarmConfigurationUpdatedTimestamp: new Date(alarm.updated),
  StateValue: alarm.state,
  StateReason: alarm.reason,
  StateUpdatedTimestamp: new Date(alarm.stateUpdated),
  StateTransitionedTimestamp: new Date(alarm.transitioned),
});
