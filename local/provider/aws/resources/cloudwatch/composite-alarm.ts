import type { CompositeAlarm, PutCompositeAlarmInput } from '@aws-sdk/client-cloudwatch';
import { text } from '../../../protocol/values.ts';
import { boolean, required, set, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';

const inputs = {
  alarmName: required(string({ replaces: true })),
  alarmRule: required(string()),
  alarmDescription: string(),
  actionsEnabled: boolean({ default: true, replaces: true }),
  alarmActions: set(string()),
  okActions: set(string()),
  insufficientDataActions: set(string()),
  tags: tags(),
};
type Alarm = Inputs<typeof inputs>;

export default regional({
  type: 'aws:cloudwatch/compositeAlarm:CompositeAlarm',
  inputs,

  async create(alarm, context) {
    const cloudwatch = await context.clients.cloudwatch();
    const Tags = toTags(alarm.tags);
    await cloudwatch.putCompositeAlarm({ ...toAlarm(alarm), ...(Tags.length > 0 ? { Tags } : {}) });
    return alarm.alarmName;
  },

  async read(id, context) {
    const alarm = await describe(context, id);
    if (!alarm) return undefined;
    const cloudwatch = await context.clients.cloudwatch();
    const { Tags } = await cloudwatch.listTagsForResource({ ResourceARN: alarm.AlarmArn });
    return {
      arn: alarm.AlarmArn,
      alarmName: alarm.AlarmName,
      alarmRule: alarm.AlarmRule,
      alarmDescription: alarm.AlarmDescription,
      actionsEnabled: alarm.ActionsEnabled ?? true,
      alarmActions: alarm.AlarmActions ?? [],
      okActions: alarm.OKActions ?? [],
      insufficientDataActions: alarm.InsufficientDataActions ?? [],
      ...fromTags(Tags),
    };
  },

  async update(_id, { olds, news, changed }, context) {
    const cloudwatch = await context.clients.cloudwatch();
    if (changed(...Object.keys(inputs).filter((key) => key !== 'tags')))
      await cloudwatch.putCompositeAlarm(toAlarm(news));
    if (!changed('tags')) return;
    const { set: added, removed } = tagChanges(olds, news.tags);
    const which = { ResourceARN: text(olds.arn) };
    if (removed.length > 0) await cloudwatch.untagResource({ ...which, TagKeys: removed });
    if (Object.keys(added).length > 0) await cloudwatch.tagResource({ ...which, Tags: toTags(added) });
  },

  async delete(id, context) {
    const cloudwatch = await context.clients.cloudwatch();
    if (await describe(context, id)) await cloudwatch.deleteAlarms({ AlarmNames: [id] });
  },
});

const toAlarm = (alarm: Alarm): PutCompositeAlarmInput => ({
  AlarmName: alarm.alarmName,
  AlarmRule: alarm.alarmRule,
  AlarmDescription: alarm.alarmDescription,
  ActionsEnabled: alarm.actionsEnabled,
  AlarmActions: [...(alarm.alarmActions ?? [])],
  OKActions: [...(alarm.okActions ?? [])],
  InsufficientDataActions: [...(alarm.insufficientDataActions ?? [])],
});

async function describe(context: Context, name: string): Promise<CompositeAlarm | undefined> {
  const cloudwatch = await context.clients.cloudwatch();
  const found = await cloudwatch.describeAlarms({ AlarmNames: [name], AlarmTypes: ['CompositeAlarm'] });
  return found.CompositeAlarms?.[0];
}
