import type { GroupSize } from '../../../model/schemas.ts';
import { batchSizeOf } from './batches.ts';
import { inPlace, type Batch } from './in-place.ts';
import type { PlannedStep, Policy, PolicyInput } from './policy.ts';
import { inService, rolling, rollingBatches } from './rolling.ts';

/** In place, at full capacity: extra instances come first and get the version first. */
export const rollingWithAdditionalBatch: Policy = {
  name: 'RollingWithAdditionalBatch',
  isInPlace: true,
  refusal: ({ type }) =>
    type === 'SingleInstance'
      ? 'a SingleInstance environment has one instance and takes no additional ones; Immutable launches a second one beside it'
      : undefined,
  steps(input) {
    const running = inService(input);
    if (running.length === 0) return rolling.steps(input);
    const extra = batchSizeOf(input.options, running.length);
    const [add, remove] = additionalInstances(input, extra);
    const additional: Batch = {
      id: 'additional-batch',
      who: `the ${extra} additional instances`,
      instances: { exceptIds: running.map(({ id }) => id) },
    };
    return inPlace(input, {
      // Whoever changes the capacity meanwhile would take the additional instances away, or keep them.
      suspend: ['AZRebalance', 'AlarmNotification', 'ScheduledActions'],
      before: add,
      batches: [additional, ...rollingBatches(running, extra)],
      after: remove,
    });
  },
};

/** They boot the version that is allowed then, the old one: a version that does not start harms no one. */
function additionalInstances(
  { groups, active, options }: PolicyInput,
  extra: number,
): [add: PlannedStep[], remove: PlannedStep[]] {
  const { size } = groups[active];
  const larger: GroupSize = {
    ...size,
    maxSize: Math.max(size.maxSize, size.desiredCapacity + extra),
    desiredCapacity: size.desiredCapacity + extra,
  };
  const back = {
    sentence: `Take ${extra} instances away again.`,
    task: { action: 'Resize' as const, slot: active, size },
  };
  const add: PlannedStep = {
    id: 'add-instances',
    sentence: `Launch ${extra} additional instances, so that the capacity never falls.`,
    task: { action: 'Resize', slot: active, size: larger },
    undo: { id: 'return-size', ...back },
  };
  const wait: PlannedStep = {
    id: 'added',
    sentence: `Wait until ${larger.desiredCapacity} instances are in service${options.ignoreHealthCheck ? '' : ' and healthy'}.`,
    task: { action: 'AwaitInstances', slot: active, count: larger.desiredCapacity },
    withoutUndo: 'Changes nothing.',
  };
  const remove: PlannedStep = {
    id: 'remove-instances',
    ...back,
    withoutUndo: 'Is nearly the end.',
    isPointOfNoReturn: true,
  };
  return [[add, wait], [remove]];
}
