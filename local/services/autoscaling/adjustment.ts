import type { StepAdjustment } from '@aws-sdk/client-auto-scaling';

/** What a policy makes of a group's capacity. Pure functions. */

export const adjustmentTypes = ['ChangeInCapacity', 'ExactCapacity', 'PercentChangeInCapacity'] as const;
export type AdjustmentType = (typeof adjustmentTypes)[number];

/** A group's capacity as policies see it. */
export interface Capacity {
  readonly desired: number;
  /** Instances that are coming or still in their warm-up: their load is not in the metrics yet. */
  readonly warming: number;
  readonly min: number;
  readonly max: number;
}

/** Capacity after an adjustment, whatever the bounds. */
export function adjusted(
  from: number,
  type: AdjustmentType,
  adjustment: number,
  minMagnitude: number | undefined,
): number {
  if (type === 'ExactCapacity') return adjustment;
  if (type === 'ChangeInCapacity') return from + adjustment;
  const change = wholeChange((from * adjustment) / 100);
  const least = Math.sign(adjustment) * (minMagnitude ?? 0);
  return from + (Math.abs(change) < Math.abs(least) ? least : change);
}

/** Parts of instances are cut off, but what is between nothing and one counts as one. */
function wholeChange(change: number): number {
  if (change > 0) return Math.max(1, Math.floor(change));
  return change < 0 ? Math.min(-1, Math.ceil(change)) : 0;
}

/** The step whose interval holds how far the metric is beyond the threshold. */
export function stepFor(steps: readonly StepAdjustment[], breach: number): StepAdjustment | undefined {
  return steps.find((step) => {
    const lower = step.MetricIntervalLowerBound ?? -Infinity;
    const upper = step.MetricIntervalUpperBound ?? Infinity;
    // Above the threshold the lower bound belongs to the step, below it the upper one.
    return breach >= 0 ? breach >= lower && breach < upper : breach > lower && breach <= upper;
  });
}

/**
 * The desired capacity after a step, as AWS goes about it: instances that warm up are not counted when a change is
 * computed, but they are part of what it leads to; nothing is taken away while some warm up.
 */
export function afterStep(
  capacity: Capacity,
  type: AdjustmentType,
  adjustment: number,
  minMagnitude: number | undefined,
): number {
  const settled = Math.max(0, capacity.desired - capacity.warming);
  const wanted = adjusted(settled, type, adjustment, minMagnitude);
  if (wanted > settled) return bounded(capacity, Math.max(capacity.desired, wanted));
  if (wanted < settled && capacity.warming === 0) return bounded(capacity, wanted);
  return capacity.desired;
}

/** How many instances bring a metric that falls with their number to its target. */
export const proportional = ({ desired, warming }: Capacity, value: number, target: number): number =>
  Math.ceil((Math.max(0, desired - warming) * value) / target);

export const bounded = ({ min, max }: Pick<Capacity, 'min' | 'max'>, wanted: number): number =>
  Math.min(max, Math.max(min, wanted));
