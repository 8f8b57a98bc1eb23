import type { Parts } from '../parts.ts';
import type { Activities } from './activities.ts';
import { invalid } from './errors.ts';
import type { Effects } from './effects.ts';
import type { Neighbours } from './neighbours.ts';
import type { Reconciler } from './reconciler.ts';
import type { AutoScalingState, GroupRow } from './state.ts';

/** What every group of Auto Scaling's operations works with. */
export interface AutoScalingContext {
  readonly parts: Parts;
  readonly state: AutoScalingState;
  readonly neighbours: Neighbours;
  readonly activities: Activities;
  readonly effects: Effects;
  readonly reconciler: Reconciler;
}

/** Stores a group's new desired capacity with the words that the next activities give as their cause. */
export function setDesired(
  { state, activities }: AutoScalingContext,
  group: GroupRow,
  desired: number,
  who: string,
): GroupRow {
  const change = activities.at(
    `${who} changing the desired capacity from ${group.desiredCapacity} to ${desired}`,
  );
  const changed: GroupRow = {
    ...group,
    desiredCapacity: desired,
    ...(desired !== group.desiredCapacity && { change }),
  };
  state.groups.set(group.name, changed);
  return changed;
}

/** Bounds of a group: 0 ≤ min ≤ desired ≤ max. */
export function checkBounds(min: number, max: number, desired: number): void {
  if (min < 0 || max < 0) throw invalid('Min and max size must not be negative.');
  if (max < min) throw invalid(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`);
  if (desired > max || desired < min)
    throw invalid(
      `Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`,
    );
}
