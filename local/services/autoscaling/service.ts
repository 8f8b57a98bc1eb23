import type { AutoScaling, Parts } from '../parts.ts';
import { Activities } from './activities.ts';
import { autoScalingAuthorization } from './authorization.ts';
import type { AutoScalingContext } from './context.ts';
import { Effects } from './effects.ts';
import { groupOperations } from './groups.ts';
import { hookOperations } from './hooks.ts';
import { instanceOperations } from './instances.ts';
import { membershipOperations } from './membership.ts';
import { metricsCollectionOperations } from './metrics-collection.ts';
import { Neighbours } from './neighbours.ts';
import { policyOperations } from './policies.ts';
import { processOperations } from './processes.ts';
import { Reconciler } from './reconciler.ts';
import { scaling } from './scaling.ts';
import { scheduledActionOperations } from './scheduled-actions.ts';
import { scheduler } from './scheduler.ts';
import { openState, type AutoScalingState, type InstanceRow } from './state.ts';
import { tagOperations } from './tags.ts';
import { targetGroupOperations } from './target-groups.ts';

/**
 * Auto Scaling: groups that keep their desired capacity, balance zones, replace unhealthy instances and
 * wait for lifecycle hooks, and are scaled by policies and at scheduled times. Differences to AWS: launch templates
 * only; no predictive scaling, warm pools or instance refresh; hooks notify nobody, whoever completes them asks the
 * instance's metadata.
 */
export function createAutoScaling(parts: Parts): AutoScaling {
  const state = openState(parts.store);
  const neighbours = new Neighbours(parts);
  const activities = new Activities(state, parts.clock);
  const effects = new Effects(state, parts.clock, neighbours, activities);
  const reconciler = new Reconciler(state, parts.clock, neighbours, effects);
  const context: AutoScalingContext = { parts, state, neighbours, activities, effects, reconciler };
  const policies = scaling(context);
  const schedule = scheduler(context);
  return {
    name: 'autoscaling',
    authorization: autoScalingAuthorization(context),
    operations: {
      ...groupOperations(context),
      ...hookOperations(context),
      ...instanceOperations(context),
      ...membershipOperations(context),
      ...metricsCollectionOperations(context),
      ...policyOperations(context, policies),
      ...processOperations(context),
      ...scheduledActionOperations(context, schedule),
      ...tagOperations(context),
      ...targetGroupOperations(context),
    },
    targetLifecycleState: (instanceId) => {
      const row = state.instances.get(instanceId);
      return row && targetState(row);
    },
    onAlarm: policies.onAlarm,
    start() {
      parts.services.ec2.onInstanceState((instanceId) => {
        const groupName = state.instances.get(instanceId)?.groupName;
        if (groupName !== undefined) void reconciler.poke(groupName);
      });
      restartGracePeriods(state, parts.clock.now());
      for (const { name } of [...state.groups.values()]) void reconciler.poke(name);
      schedule.look();
      return Promise.resolve();
    },
    stop() {
      schedule.stop();
      return reconciler.stop();
    },
  };
}

/** After a restart of the cloud all machines boot anew: they get time again before they are judged. */
function restartGracePeriods({ instances }: AutoScalingState, now: number): void {
  for (const row of [...instances.values()])
    if (row.inServiceAt !== undefined) instances.set(row.id, { ...row, inServiceAt: now });
}

/** Where an instance is headed, as its metadata tells it. */
function targetState({ state }: InstanceRow): string {
  if (state.startsWith('Terminat')) return 'Terminated';
  if (state.startsWith('Detach')) return 'Detached';
  if (state.endsWith('Standby')) return 'Standby';
  return 'InService';
}
