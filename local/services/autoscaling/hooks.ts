import type {
  CompleteLifecycleActionCommandInput,
  DeleteLifecycleHookCommandInput,
  DescribeLifecycleHooksCommandInput,
  DescribeLifecycleHooksCommandOutput,
  DescribeLifecycleHookTypesCommandOutput,
  LifecycleHook,
  PutLifecycleHookCommandInput,
  RecordLifecycleActionHeartbeatCommandInput,
} from '@aws-sdk/client-auto-scaling';
import type { Answer } from '../../endpoint/service.ts';
import type { AutoScalingContext } from './context.ts';
import { accept, findGroup, invalid } from './errors.ts';
import {
  hookKey,
  instancesOf,
  type AutoScalingState,
  type HookResult,
  type HookRow,
  type InstanceRow,
  type WaitRow,
} from './state.ts';

const mostHooks = 50;
const longestWait = 48 * 60 * 60;
const transitions = ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING'] as const;

/** Makes or changes a group's hooks, all of them or none. */
export function putHooks(
  state: AutoScalingState,
  groupName: string,
  inputs: readonly Omit<PutLifecycleHookCommandInput, 'AutoScalingGroupName'>[],
): void {
  const rows = inputs.map((input) => checkedHook(state, { ...input, AutoScalingGroupName: groupName }));
  const before = [...state.hooks.values()].filter((hook) => hook.groupName === groupName);
  if (new Set([...before, ...rows].map(({ name }) => name)).size > mostHooks)
    throw invalid(`A group can have at most ${mostHooks} lifecycle hooks.`);
  for (const row of rows) state.hooks.set(hookKey(groupName, row.name), row);
}

/** A hook as it is kept; what is not given stays, or takes AWS's default. */
function checkedHook(state: AutoScalingState, input: PutLifecycleHookCommandInput): HookRow {
  accept(input, [
    ...[
      'AutoScalingGroupName',
      'LifecycleHookName',
      'LifecycleTransition',
      'HeartbeatTimeout',
      'DefaultResult',
    ],
    ...['NotificationMetadata'],
  ]);
  const { AutoScalingGroupName: groupName = '', LifecycleHookName: name = '' } = input;
  if (!/^[A-Za-z0-9\-_/]{1,255}$/.test(name))
    throw invalid(`The lifecycle hook name '${name}' is not valid.`);
  const before = state.hooks.get(hookKey(groupName, name));
  const wanted = input.LifecycleTransition ?? before?.transition;
  const transition = transitions.find((known) => known === wanted);
  if (!transition)
    throw invalid(`Lifecycle transition '${wanted ?? ''}' is not valid: use ${transitions.join(' or ')}.`);
  const heartbeatTimeout = input.HeartbeatTimeout ?? before?.heartbeatTimeout ?? 3600;
  if (heartbeatTimeout < 30 || heartbeatTimeout > 7200)
    throw invalid(`Heartbeat timeout ${heartbeatTimeout} is not between 30 and 7200 seconds.`);
  const metadata = input.NotificationMetadata ?? before?.metadata;
  return {
    name,
    groupName,
    transition,
    heartbeatTimeout,
    defaultResult: checkedResult(input.DefaultResult ?? before?.defaultResult ?? 'ABANDON'),
    ...(metadata !== undefined && { metadata }),
  };
}

function checkedResult(result: string | undefined): HookResult {
  if (result !== 'CONTINUE' && result !== 'ABANDON')
    throw invalid(`Lifecycle action result '${result ?? ''}' is not valid: use CONTINUE or ABANDON.`);
  return result;
}

const shown = (hook: HookRow): LifecycleHook => ({
  LifecycleHookName: hook.name,
  AutoScalingGroupName: hook.groupName,
  LifecycleTransition: hook.transition,
  HeartbeatTimeout: hook.heartbeatTimeout,
  GlobalTimeout: Math.min(longestWait, 100 * hook.heartbeatTimeout),
  DefaultResult: hook.defaultResult,
  ...(hook.metadata !== undefined && { NotificationMetadata: hook.metadata }),
});

export function hookOperations({ state, parts, reconciler }: AutoScalingContext) {
  /** The lifecycle action under way that a caller names by token or by instance. */
  const activeAction = (input: {
    AutoScalingGroupName: string | undefined;
    LifecycleHookName: string | undefined;
    LifecycleActionToken?: string | undefined;
    InstanceId?: string | undefined;
  }): { row: InstanceRow; wait: WaitRow } => {
    const { LifecycleActionToken: token, InstanceId: id, LifecycleHookName: hookName = '' } = input;
    const group = findGroup(state, input.AutoScalingGroupName);
    if (!state.hooks.has(hookKey(group.name, hookName)))
      throw invalid(`No Lifecycle Hook found with name ${hookName} in group ${group.name}`);
    for (const row of instancesOf(state, group.name)) {
      const wait = row.waits.find(
        (known) =>
          known.hookName === hookName &&
          known.result === undefined &&
          (token === undefined ? row.id === id : known.token === token),
      );
      if (wait) return { row, wait };
    }
    throw token === undefined
      ? invalid(`No active Lifecycle Action found with instance ID ${id ?? ''}`)
      : invalid(`No active Lifecycle Action found with token ${token}`);
  };

  const replace = (row: InstanceRow, wait: WaitRow): void => {
    const waits = row.waits.map((known) => (known.token === wait.token ? wait : known));
    state.instances.set(row.id, { ...row, waits });
    void reconciler.poke(row.groupName);
  };

  return {
    PutLifecycleHook(input: PutLifecycleHookCommandInput) {
      putHooks(state, findGroup(state, input.AutoScalingGroupName).name, [input]);
      return {};
    },

    DescribeLifecycleHooks(
      input: DescribeLifecycleHooksCommandInput,
    ): Answer<DescribeLifecycleHooksCommandOutput> {
      const group = findGroup(state, input.AutoScalingGroupName);
      const { LifecycleHookNames: names } = input;
      const hooks = [...state.hooks.values()].filter(
        (hook) => hook.groupName === group.name && (!names?.length || names.includes(hook.name)),
      );
      return { LifecycleHooks: hooks.map(shown) };
    },

    DescribeLifecycleHookTypes(): Answer<DescribeLifecycleHookTypesCommandOutput> {
      return { LifecycleHookTypes: [...transitions] };
    },

    /** A deleted hook lets the instances that wait for it go on, as on AWS. */
    DeleteLifecycleHook(input: DeleteLifecycleHookCommandInput) {
      const group = findGroup(state, input.AutoScalingGroupName);
      if (!state.hooks.delete(hookKey(group.name, input.LifecycleHookName ?? '')))
        throw invalid(
          `No Lifecycle Hook found with name ${input.LifecycleHookName ?? ''} in group ${group.name}`,
        );
      for (const row of instancesOf(state, group.name)) {
        const waits = row.waits.map((wait) =>
          wait.hookName === input.LifecycleHookName && wait.result === undefined
            ? { ...wait, result: 'CONTINUE' as const }
            : wait,
        );
        state.instances.set(row.id, { ...row, waits });
      }
      void reconciler.poke(group.name);
      return {};
    },

    CompleteLifecycleAction(input: CompleteLifecycleActionCommandInput) {
      const result = checkedResult(input.LifecycleActionResult);
      const { row, wait } = activeAction(input);
      replace(row, { ...wait, result });
      return {};
    },

    RecordLifecycleActionHeartbeat(input: RecordLifecycleActionHeartbeatCommandInput) {
      const { row, wait } = activeAction(input);
      replace(row, { ...wait, deadline: Math.min(wait.limit, parts.clock.now() + wait.heartbeatTimeout) });
      return {};
    },
  };
}
