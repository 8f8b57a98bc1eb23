import { inPlace, type Batch } from './in-place.ts';
import type { Policy } from './policy.ts';

/** Whoever is in service when the step begins. */
const everyInstance: Batch = {
  id: 'instances',
  who: 'every running instance',
  instances: { exceptIds: [] },
};

/** In place: every running instance of the active slot at the same time. */
export const allAtOnce: Policy = {
  name: 'AllAtOnce',
  isInPlace: true,
  refusal: () => undefined,
  steps: (input) => inPlace(input, { batches: [everyInstance], suspend: [] }),
};
