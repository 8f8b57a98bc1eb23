import { hasLoadBalancer, type Policy, type PolicyInput } from './policy.ts';
import { activate, replacement, shiftTraffic } from './replacement.ts';

/** New instances in the idle slot take over from the old ones; for a moment both serve. */
export const immutable: Policy = {
  name: 'Immutable',
  isInPlace: false,
  refusal: () => undefined,
  steps: (input) => replacement(input, [...traffic(input), ...activate(input)]),
};

/** As in Elastic Beanstalk the new instances serve beside the old ones before they serve alone. */
const traffic = (input: PolicyInput) =>
  hasLoadBalancer(input.environment) ? [shiftTraffic(input, 50), shiftTraffic(input, 100)] : [];
