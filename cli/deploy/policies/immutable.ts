import { hasLoadBalancer, type PlannedStep, type Policy, type PolicyInput } from './policy.ts';
import { activate, replacement, shiftTraffic, watch } from './replacement.ts';

const besideSeconds = 2;

/** New instances in the idle slot take over from the old ones; for a moment both serve. */
export const immutable: Policy = {
  name: 'Immutable',
  isInPlace: false,
  refusal: () => undefined,
  steps: (input) => replacement(input, [...traffic(input), ...activate(input)]),
};

/** As in Elastic Beanstalk the new instances serve beside the old ones before they serve alone. */
function traffic(input: PolicyInput): PlannedStep[] {
  if (!hasLoadBalancer(input.environment)) return [];
  const beside = watch(input, 'beside', besideSeconds, `Let ${input.label} serve beside the old version`);
  return [shiftTraffic(input, 50), beside, shiftTraffic(input, 100)];
}
