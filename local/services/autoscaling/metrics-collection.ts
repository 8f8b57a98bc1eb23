import type {
  DescribeMetricCollectionTypesCommandOutput,
  DisableMetricsCollectionCommandInput,
  EnableMetricsCollectionCommandInput,
} from '@aws-sdk/client-auto-scaling';
import type { Answer } from '../../endpoint/service.ts';
import type { AutoScalingContext } from './context.ts';
import { findGroup, invalid } from './errors.ts';

const granularity = '1Minute';
const states = ['InService', 'Pending', 'Standby', 'Terminating', 'Total'];
const metrics = [
  ...['GroupMinSize', 'GroupMaxSize', 'GroupDesiredCapacity'],
  ...states.map((state) => `Group${state}Instances`),
  ...states.map((state) => `Group${state}Capacity`),
];

/** Which of its own metrics a group gives to CloudWatch; CloudWatch reads them. None cost anything. */
export function metricsCollectionOperations({ state }: AutoScalingContext) {
  const named = (wanted: readonly string[] | undefined): readonly string[] => {
    const unknown = wanted?.find((metric) => !metrics.includes(metric));
    if (unknown !== undefined) throw invalid(`${unknown} is not a valid metric of a group.`);
    return wanted?.length ? wanted : metrics;
  };

  return {
    EnableMetricsCollection(input: EnableMetricsCollectionCommandInput) {
      const group = findGroup(state, input.AutoScalingGroupName);
      if (input.Granularity !== granularity)
        throw invalid(`Granularity '${input.Granularity ?? ''}' is not valid: use ${granularity}.`);
      const enabled = new Set([...(group.enabledMetrics ?? []), ...named(input.Metrics)]);
      const enabledMetrics = metrics.filter((metric) => enabled.has(metric));
      state.groups.set(group.name, { ...group, enabledMetrics });
      return {};
    },

    DisableMetricsCollection(input: DisableMetricsCollectionCommandInput) {
      const group = findGroup(state, input.AutoScalingGroupName);
      const disabled = named(input.Metrics);
      const enabledMetrics = (group.enabledMetrics ?? []).filter((metric) => !disabled.includes(metric));
      state.groups.set(group.name, { ...group, enabledMetrics });
      return {};
    },

    DescribeMetricCollectionTypes(): Answer<DescribeMetricCollectionTypesCommandOutput> {
      return {
        Metrics: metrics.map((Metric) => ({ Metric })),
        Granularities: [{ Granularity: granularity }],
      };
    },
  };
}

export const shownMetrics = (enabled: readonly string[] = []) =>
  enabled.map((Metric) => ({ Metric, Granularity: granularity }));
