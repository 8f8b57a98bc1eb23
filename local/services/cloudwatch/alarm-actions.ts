import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { ask, type Parts } from '../parts.ts';
import { isLetIn } from '../service-calls.ts';
import type { AnyAlarm, StoredAlarm } from './state.ts';

/** What an alarm does when it is in a state. */
export function actionsOf({ state, settings }: AnyAlarm): readonly string[] {
  if (state === 'ALARM') return settings.AlarmActions ?? [];
  return (state === 'OK' ? settings.OKActions : settings.InsufficientDataActions) ?? [];
}

/** Scaling policies are told again each period that the state lasts, topics only when it changes. */
export const isScaling = (action: string): boolean => action.startsWith('arn:aws:autoscaling:');

export async function carryOut(
  parts: Parts,
  alarm: AnyAlarm,
  from: StateValue,
  action: string,
  value: number | undefined,
): Promise<void> {
  if (!isScaling(action)) {
    const { arn: sourceArn } = alarm;
    const publish = {
      service: 'cloudwatch.amazonaws.com',
      action: 'sns:Publish',
      resource: action,
      sourceArn,
    };
    if (!isLetIn(parts, publish)) throw new Error(notLetIn(action));
    await ask(parts, 'sns', 'Publish', notification(parts, alarm, from, action));
    return;
  }
  const { Threshold: threshold = 0 } = alarm.settings as StoredAlarm['settings'];
  await parts.services.autoscaling.onAlarm(action, {
    name: alarm.name,
    state: alarm.state,
    value,
    threshold,
  });
}

const notLetIn = (topic: string): string =>
  `CloudWatch Alarms is not authorized to perform: SNS:Publish on resource: ${topic} because no resource-based policy allows the SNS:Publish action`;

function notification(parts: Parts, alarm: AnyAlarm, from: StateValue, topic: string): object {
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
