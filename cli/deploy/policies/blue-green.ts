import { hasLoadBalancer, type Policy } from './policy.ts';
import { activate, replacement, shiftTraffic, watch } from './replacement.ts';

/** All traffic moves at once to the other slot; the old one stays up for a while, to go back at once. */
export const blueGreen: Policy = {
  name: 'BlueGreen',
  isInPlace: false,
  refusal: ({ tier }) =>
    tier === 'Worker'
      ? 'a worker that is kept warm would go on taking messages with the old version; Immutable replaces its instances'
      : undefined,
  steps(input) {
    const { keepWarmSeconds: seconds } = input.options;
    const warm = watch(
      input,
      'keep-warm',
      seconds,
      `Keep ${input.previous ?? 'the old slot'} warm in slot ${input.active}`,
    );
    const traffic = hasLoadBalancer(input.environment) ? [shiftTraffic(input, 100)] : [];
    return replacement(input, [...traffic, ...activate(input), ...(seconds > 0 ? [warm] : [])]);
  },
};
