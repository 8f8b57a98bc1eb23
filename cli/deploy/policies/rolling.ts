import { allAtOnce } from './all-at-once.ts';
import { batchesOf, batchSizeOf } from './batches.ts';
import { inPlace, type Batch } from './in-place.ts';
import type { Policy, PolicyInput } from './policy.ts';

/** In place: one batch after the other; the next one begins when the one before is healthy. */
export const rolling: Policy = {
  name: 'Rolling',
  isInPlace: true,
  refusal: ({ type }) =>
    type === 'SingleInstance'
      ? 'a SingleInstance environment has one instance, which makes no batches; AllAtOnce does the same there'
      : undefined,
  steps(input) {
    const running = inService(input);
    // Nobody to divide yet: whoever comes up first is the batch.
    if (running.length === 0) return allAtOnce.steps(input);
    const size = batchSizeOf(input.options, running.length);
    // A balanced zone would take an instance away in the middle of its batch.
    return inPlace(input, { batches: rollingBatches(running, size), suspend: ['AZRebalance'] });
  },
};

export const inService = ({ groups, active }: PolicyInput) =>
  groups[active].instances.filter(({ state }) => state === 'InService');

export function rollingBatches(running: ReturnType<typeof inService>, size: number): Batch[] {
  const batches = batchesOf(running, size);
  return batches.map((instanceIds, index) => ({
    id: `batch-${index + 1}`,
    who: `batch ${index + 1} of ${batches.length} (${instanceIds.join(', ')})`,
    instances: { instanceIds },
  }));
}
