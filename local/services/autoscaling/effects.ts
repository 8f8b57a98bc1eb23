import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Activities } from './activities.ts';
import { countsAsCapacity } from './capacity.ts';
import { Launches } from './launches.ts';
import type { Neighbours } from './neighbours.ts';
import type { Action } from './plan.ts';
import {
  instancesOf,
  type AutoScalingState,
  type GroupRow,
  type HookRow,
  type InstanceRow,
  type WaitRow,
} from './state.ts';

const longestWait = 48 * 60 * 60 * 1000;

/** Carries out single actions of a plan. Each writes what it intends before it calls anyone. */
export class Effects {
  readonly #state: AutoScalingState;
  readonly #clock: Clock;
  readonly #neighbours: Neighbours;
  readonly #activities: Activities;
  readonly #launches: Launches;

  constructor(state: AutoScalingState, clock: Clock, neighbours: Neighbours, activities: Activities) {
    this.#state = state;
    this.#clock = clock;
    this.#neighbours = neighbours;
    this.#activities = activities;
    this.#launches = new Launches(state, clock, neighbours, activities);
  }

  async take(groupName: string, action: Action): Promise<void> {
    const group = this.#state.groups.get(groupName);
    if (!group) return;
    if (action.kind === 'delete-group') {
      await this.#deleteGroup(group);
    } else if (action.kind === 'decide-launch') {
      this.#launches.decide(group, action);
    } else if (action.kind === 'launch') {
      await this.#launches.carryOut(group, action.token);
    } else {
      // The instance may have been changed by a call since the plan was made.
      const row = this.#state.instances.get(action.instanceId);
      if (row?.groupName === groupName) await this.#takeOn(group, row, action);
    }
  }

  async #takeOn(
    group: GroupRow,
    row: InstanceRow,
    action: Extract<Action, { instanceId: string }>,
  ): Promise<void> {
    switch (action.kind) {
      case 'await-hooks':
        this.#awaitHooks(row, action.hooks);
        return;
      case 'time-out':
        this.#timeOut(row, action.token);
        return;
      case 'proceed':
        this.#update(row.id, {
          state: row.state.startsWith('Pending') ? 'Pending:Proceed' : 'Terminating:Proceed',
          waits: [],
        });
        return;
      case 'register':
        await this.#neighbours.register(action.targetGroupArn, row.id);
        this.#registered(row.id, action.targetGroupArn);
        return;
      case 'deregister':
        await this.#neighbours.deregister(action.targetGroupArn, row.id);
        this.#deregistered(row.id, action.targetGroupArn);
        return;
      case 'count':
        this.#update(row.id, { isExtra: false });
        return;
      case 'serve':
        this.#serve(group, row);
        return;
      case 'fail-launch':
        this.#failLaunch(group, row, action.because, action.isCancelled);
        return;
      case 'mark-unhealthy':
        this.#update(row.id, { isHealthy: false, unhealthyBecause: action.because });
        return;
      case 'retire':
        this.retire(group, row.id, action.because, { isScaleIn: action.isScaleIn ?? false });
        return;
      case 'terminate':
        await this.#neighbours.terminate(row.id);
        return;
      case 'forget':
      case 'detach':
        this.#forget(row);
        return;
      case 'stand-by':
        this.#activities.end(row.activityId, 'Successful');
        this.#update(row.id, { state: 'Standby', deregisteredFrom: [] });
    }
  }

  /** Sends an instance on its way out, with the activity that says why. */
  retire(group: GroupRow, id: string, because: string, { isScaleIn = false } = {}): string {
    const row = this.#state.instances.get(id);
    if (!row) return '';
    const change = isScaleIn && group.change !== undefined ? `${group.change}  ` : '';
    const selected = isScaleIn
      ? `  ${this.#activities.at(`instance ${id} was selected for termination`)}`
      : '';
    const cause = change + this.#activities.at(because) + selected;
    const activity = this.#activities.begin(group, `Terminating EC2 instance: ${id}`, cause, row.zone);
    this.#update(id, {
      state: 'Terminating',
      waits: [],
      isExtra: false,
      isForced: group.isDeleting,
      activityId: activity.id,
    });
    return activity.id;
  }

  #awaitHooks(row: InstanceRow, hooks: readonly HookRow[]): void {
    const now = this.#clock.now();
    const waits = hooks.map((hook): WaitRow => {
      const heartbeatTimeout = hook.heartbeatTimeout * 1000;
      return {
        hookName: hook.name,
        token: randomUUID(),
        deadline: now + heartbeatTimeout,
        limit: now + Math.min(longestWait, 100 * heartbeatTimeout),
        heartbeatTimeout,
        defaultResult: hook.defaultResult,
      };
    });
    this.#update(row.id, { state: row.state === 'Pending' ? 'Pending:Wait' : 'Terminating:Wait', waits });
  }

  #timeOut(row: InstanceRow, token: string): void {
    const waits = row.waits.map((wait) =>
      wait.token === token ? { ...wait, result: wait.defaultResult, isTimedOut: true } : wait,
    );
    this.#update(row.id, { waits });
  }

  #registered(id: string, arn: string): void {
    const row = this.#state.instances.get(id);
    if (row)
      this.#update(id, {
        registeredWith: [...row.registeredWith.filter((known) => known !== arn), arn],
        deregisteredFrom: row.deregisteredFrom.filter((known) => known !== arn),
      });
  }

  #deregistered(id: string, arn: string): void {
    const row = this.#state.instances.get(id);
    if (row)
      this.#update(id, {
        registeredWith: row.registeredWith.filter((known) => known !== arn),
        deregisteredFrom: [...row.deregisteredFrom.filter((known) => known !== arn), arn],
      });
  }

  #serve(group: GroupRow, row: InstanceRow): void {
    this.#activities.end(row.activityId, 'Successful');
    this.#update(row.id, {
      state: 'InService',
      inServiceAt: this.#clock.now(),
      deregisteredFrom: [],
    });
    const { backoff: _, ...rest } = this.#state.groups.get(group.name) ?? group;
    this.#state.groups.set(group.name, rest);
    this.#calmed(group.name);
  }

  /** At the desired capacity the change is done: whatever is launched later replaces something. */
  #calmed(groupName: string): void {
    const group = this.#state.groups.get(groupName);
    if (!group) return;
    const serving = instancesOf(this.#state, groupName).filter(({ state }) => countsAsCapacity(state)).length;
    const { change: _, ...rest } = group;
    if (serving === group.desiredCapacity) this.#state.groups.set(groupName, rest);
  }

  #failLaunch(group: GroupRow, row: InstanceRow, because: string, isCancelled: boolean): void {
    this.#activities.end(row.activityId, isCancelled ? 'Cancelled' : 'Failed', because);
    this.#launches.backOff(group.name, row.zone);
    const cause = isCancelled
      ? `an instance was taken out of service in response to a launch lifecycle action that was abandoned`
      : `an instance was taken out of service in response to a launch failure`;
    this.retire(group, row.id, cause);
  }

  #forget(row: InstanceRow): void {
    this.#activities.end(row.activityId, 'Successful');
    this.#state.instances.delete(row.id);
    this.#calmed(row.groupName);
  }

  async #deleteGroup(group: GroupRow): Promise<void> {
    const policies = [...this.#state.policies.values()].filter(({ groupName }) => groupName === group.name);
    await this.#neighbours.deleteAlarms(policies.flatMap(({ alarms }) => Object.values(alarms ?? {})));
    const { hooks, policies: all, scheduled } = this.#state;
    for (const collection of [hooks, all, scheduled])
      for (const [key, { groupName }] of [...collection.entries()])
        if (groupName === group.name) collection.delete(key);
    this.#state.groups.delete(group.name);
  }

  #update(id: string, changes: Partial<InstanceRow>): void {
    const row = this.#state.instances.get(id);
    if (row) this.#state.instances.set(id, { ...row, ...changes });
  }
}
