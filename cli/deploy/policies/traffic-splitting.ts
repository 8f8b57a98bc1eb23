import { hasLoadBalancer, type Policy } from './policy.ts';
import { activate, replacement, shiftTraffic, watch } from './replacement.ts';

/** A canary: new instances get a share of the traffic, are evaluated, and then get all of it. */
export const trafficSplitting: Policy = {
  name: 'TrafficSplitting',
  isInPlace: false,
  refusal: (environment) =>
    hasLoadBalancer(environment)
      ? undefined
      : 'only a load balancer splits traffic, and this environment has none; Immutable replaces its instances',
  steps(input) {
    const { newVersionPercent: percent, evaluationTimeSeconds } = input.options;
    const evaluate = watch(
      input,
      'evaluate',
      evaluationTimeSeconds,
      `Let ${input.label} serve ${percent} percent`,
    );
    const toAll = percent === 100 ? [] : [shiftTraffic(input, 100)];
    return replacement(input, [shiftTraffic(input, percent), evaluate, ...toAll, ...activate(input)]);
  },
};
