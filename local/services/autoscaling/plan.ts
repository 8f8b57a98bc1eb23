import type { SpotRisk } from '../parts.ts';
import { capacityActions } from './capacity.ts';
import { instanceActions } from './lifecycle.ts';
import type { GroupRow, HookRow, InstanceRow, LaunchRow, SubnetRow } from './state.ts';

/** An instance as Auto Scaling, EC2 and its target groups see it. */
export interface InstanceView {
  readonly row: InstanceRow;
  readonly machine: {
    /** EC2's state; `gone` when EC2 does not know it (any more). */
    readonly state: string;
    readonly isImpaired: boolean;
    readonly spotRisk?: SpotRisk | undefined;
  };
  /** Health in each target group that lists it. */
  readonly targets: ReadonlyMap<string, string>;
}

export interface GroupView {
  readonly now: number;
  readonly group: GroupRow;
  readonly instances: readonly InstanceView[];
  readonly launches: readonly LaunchRow[];
  readonly hooks: readonly HookRow[];
}

/** One thing to do; each is decided from a view and checks its instance again before it acts. */
export type Action =
  | {
      readonly kind: 'decide-launch';
      readonly subnet: SubnetRow;
      readonly isSpot: boolean;
      /** Before another one goes; with the reason. */
      readonly isExtra: boolean;
      readonly because?: string;
    }
  | { readonly kind: 'launch'; readonly token: string }
  | { readonly kind: 'await-hooks'; readonly instanceId: string; readonly hooks: readonly HookRow[] }
  | { readonly kind: 'time-out'; readonly instanceId: string; readonly token: string }
  | { readonly kind: 'proceed'; readonly instanceId: string }
  | { readonly kind: 'register'; readonly instanceId: string; readonly targetGroupArn: string }
  | { readonly kind: 'deregister'; readonly instanceId: string; readonly targetGroupArn: string }
  | { readonly kind: 'serve'; readonly instanceId: string }
  | { readonly kind: 'count'; readonly instanceId: string }
  | {
      readonly kind: 'fail-launch';
      readonly instanceId: string;
      readonly because: string;
      readonly isCancelled: boolean;
    }
  | { readonly kind: 'mark-unhealthy'; readonly instanceId: string; readonly because: string }
  | {
      readonly kind: 'retire';
      readonly instanceId: string;
      readonly because: string;
      readonly isScaleIn?: boolean;
    }
  | { readonly kind: 'terminate'; readonly instanceId: string }
  | { readonly kind: 'forget'; readonly instanceId: string }
  | { readonly kind: 'stand-by'; readonly instanceId: string }
  | { readonly kind: 'detach'; readonly instanceId: string }
  | { readonly kind: 'delete-group' };

/**
 * What a group needs next: a pure function of what is. Level-triggered: it does not matter what happened,
 * only what is so, so that after any crash the same view leads to the same end.
 */
export function plan(view: GroupView): Action[] {
  const actions = view.instances.flatMap((instance) => instanceActions(view, instance));
  for (const { token } of view.launches) actions.push({ kind: 'launch', token });
  actions.push(...capacityActions(view, actions));
  const isEmpty = view.instances.length === 0 && view.launches.length === 0;
  if (view.group.isDeleting && isEmpty) return [{ kind: 'delete-group' }];
  return actions;
}

const drainPoll = 1000;
const healthPoll = 5000;
const safetyPoll = 30_000;

/** When to look again although nothing was heard: deadlines, a backoff's end, what can only be polled. */
export function wakeAt({ now, group, instances, launches }: GroupView): number | undefined {
  const times = instances.flatMap(({ row }) =>
    row.waits.filter(({ result }) => result === undefined).map(({ deadline }) => deadline),
  );
  const lifetime = (group.maxInstanceLifetime ?? 0) * 1000;
  if (lifetime > 0)
    times.push(...instances.map(({ row }) => row.createdAt + lifetime).filter((due) => due > now));
  if (group.backoff && group.backoff.until > now) times.push(group.backoff.until);
  if (instances.some(({ row }) => row.deregisteredFrom.length > 0)) times.push(now + drainPoll);
  if (instances.length && group.targetGroupArns.length) times.push(now + healthPoll);
  if (instances.length || launches.length) times.push(now + safetyPoll);
  return times.length ? Math.min(...times) : undefined;
}
