import type { ScheduledUpdateGroupAction } from '@aws-sdk/client-auto-scaling';
import { text } from '../../../protocol/values.ts';
import { number, required, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { ifFound, isError } from '../../errors.ts';

const isSameTime = (a: unknown, b: unknown): boolean =>
  typeof a === 'string' && typeof b === 'string' && Date.parse(a) === Date.parse(b);

const inputs = {
  scheduledActionName: required(string({ replaces: true })),
  autoscalingGroupName: required(string({ replaces: true })),
  // -1 leaves a size as it is.
  minSize: number({ default: 0 }),
  maxSize: number({ default: 0 }),
  desiredCapacity: number({ default: 0 }),
  recurrence: string(),
  timeZone: string({ computed: true }),
  // Of a recurring action AWS tells the next run.
  startTime: string({ computed: true, same: isSameTime }),
  endTime: string({ same: isSameTime }),
};
type Schedule = Inputs<typeof inputs>;

export default regional({
  type: 'aws:autoscaling/schedule:Schedule',
  inputs,

  async create(schedule, context) {
    await put(context, schedule);
    return schedule.scheduledActionName;
  },

  async read(id, context, { state, inputs: given }) {
    const group = text(state.autoscalingGroupName ?? given.autoscalingGroupName);
    const found = await describe(context, group, id);
    return (
      found && {
        arn: found.ScheduledActionARN,
        scheduledActionName: found.ScheduledActionName,
        autoscalingGroupName: found.AutoScalingGroupName,
        minSize: found.MinSize ?? -1,
        maxSize: found.MaxSize ?? -1,
        desiredCapacity: found.DesiredCapacity ?? -1,
        recurrence: found.Recurrence,
        timeZone: found.TimeZone,
        startTime: found.Recurrence === undefined ? iso(found.StartTime) : undefined,
        endTime: iso(found.EndTime),
      }
    );
  },

  update: async (_id, { news }, context) => put(context, news),

  async delete(id, context, { state }) {
    const autoscaling = await context.clients.autoscaling();
    const which = { ScheduledActionName: id, AutoScalingGroupName: text(state.autoscalingGroupName) };
    try {
      await autoscaling.deleteScheduledAction(which);
    } catch (error) {
      // It ran for the last time, or went with its group.
      if (!isError(error, 'ValidationError')) throw error;
    }
  },
});

const iso = (time: Date | undefined): string | undefined => time?.toISOString().replace('.000Z', 'Z');
const time = (given: string | undefined): Date | undefined => (given ? new Date(given) : undefined);
const size = (given: number | undefined): number | undefined => (given === -1 ? undefined : given);

async function put(context: Context, schedule: Schedule): Promise<void> {
  const autoscaling = await context.clients.autoscaling();
  await autoscaling.putScheduledUpdateGroupAction({
    AutoScalingGroupName: schedule.autoscalingGroupName,
    ScheduledActionName: schedule.scheduledActionName,
    MinSize: size(schedule.minSize),
    MaxSize: size(schedule.maxSize),
    DesiredCapacity: size(schedule.desiredCapacity),
    Recurrence: schedule.recurrence,
    TimeZone: schedule.timeZone,
    StartTime: time(schedule.startTime),
    EndTime: time(schedule.endTime),
  });
}

async function describe(
  context: Context,
  group: string,
  name: string,
): Promise<ScheduledUpdateGroupAction | undefined> {
  const autoscaling = await context.clients.autoscaling();
  const which = { AutoScalingGroupName: group, ScheduledActionNames: [name] };
  const found = await ifFound(['ValidationError'], () => autoscaling.describeScheduledActions(which));
  return found?.ScheduledUpdateGroupActions?.[0];
}
