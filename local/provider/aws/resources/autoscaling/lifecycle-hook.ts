import { text } from '../../../protocol/values.ts';
import type { LifecycleHook } from '@aws-sdk/client-auto-scaling';
import { number, required, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { ifFound, isError } from '../../errors.ts';

const inputs = {
  name: string({ replaces: true }),
  // Another group gets the hook put; the one before takes its own along when it goes.
  autoscalingGroupName: required(string()),
  lifecycleTransition: required(
    string({ values: ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING'] }),
  ),
  defaultResult: string({ computed: true, values: ['CONTINUE', 'ABANDON'] }),
  heartbeatTimeout: number({ computed: true }),
  notificationMetadata: string(),
  notificationTargetArn: string(),
  roleArn: string(),
};
type Hook = Inputs<typeof inputs>;

export default regional({
  type: 'aws:autoscaling/lifecycleHook:LifecycleHook',
  naming: { property: 'name', maximum: 255 },
  inputs,

  async create(hook, context) {
    await put(context, hook);
    return hook.name ?? '';
  },

  async read(id, context, { state, inputs: given }) {
    const group = state.autoscalingGroupName ?? given.autoscalingGroupName;
    const hook = await describe(context, text(group), id);
    return (
      hook && {
        name: hook.LifecycleHookName,
        autoscalingGroupName: hook.AutoScalingGroupName,
        lifecycleTransition: hook.LifecycleTransition,
        defaultResult: hook.DefaultResult,
        heartbeatTimeout: hook.HeartbeatTimeout,
        notificationMetadata: hook.NotificationMetadata,
        notificationTargetArn: hook.NotificationTargetARN === '' ? undefined : hook.NotificationTargetARN,
        roleArn: hook.RoleARN,
      }
    );
  },

  update: async (_id, { news }, context) => put(context, news),

  async delete(id, context, { state }) {
    const autoscaling = await context.clients.autoscaling();
    const which = { LifecycleHookName: id, AutoScalingGroupName: state.autoscalingGroupName as string };
    try {
      await autoscaling.deleteLifecycleHook(which);
    } catch (error) {
      // The group went first and took its hooks along.
      if (!isError(error, 'ValidationError')) throw error;
    }
  },
});

async function put(context: Context, hook: Hook): Promise<void> {
  const autoscaling = await context.clients.autoscaling();
  await autoscaling.putLifecycleHook({
    LifecycleHookName: hook.name,
    AutoScalingGroupName: hook.autoscalingGroupName,
    LifecycleTransition: hook.lifecycleTransition,
    DefaultResult: hook.defaultResult,
    HeartbeatTimeout: hook.heartbeatTimeout,
    NotificationMetadata: hook.notificationMetadata,
    NotificationTargetARN: hook.notificationTargetArn,
    RoleARN: hook.roleArn,
  });
}

async function describe(context: Context, group: string, name: string): Promise<LifecycleHook | undefined> {
  const autoscaling = await context.clients.autoscaling();
  const which = { AutoScalingGroupName: group, LifecycleHookNames: [name] };
  const found = await ifFound(['ValidationError'], () => autoscaling.describeLifecycleHooks(which));
  return found?.LifecycleHooks?.[0];
}
