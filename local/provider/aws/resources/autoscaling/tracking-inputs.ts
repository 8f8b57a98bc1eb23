import type { MetricDimension, TargetTrackingConfiguration } from '@aws-sdk/client-auto-scaling';
import type { Properties } from '../../../protocol/values.ts';
import {
  boolean,
  list,
  number,
  object,
  required,
  set,
  string,
  type Inputs,
} from '../../../resource/schema.ts';

const dimensions = set(object({ name: required(string()), value: required(string()) }));

/** A target tracking policy's configuration, as the program writes it and as AWS has it. */
export const trackingInput = object({
  targetValue: required(number()),
  disableScaleIn: boolean({ default: false }),
  predefinedMetricSpecification: object({
    predefinedMetricType: required(string()),
    resourceLabel: string(),
  }),
  customizedMetricSpecification: object({
    metricDimensions: dimensions,
    metricName: string(),
    namespace: string(),
    period: number(),
    statistic: string(),
    unit: string(),
    metrics: list(
      object({
        id: required(string()),
        expression: string(),
        label: string(),
        returnData: boolean({ default: true }),
        metricStat: object({
          metric: required(
            object({
              dimensions,
              metricName: required(string()),
              namespace: required(string()),
            }),
          ),
          period: number(),
          stat: required(string()),
          unit: string(),
        }),
      }),
    ),
  }),
});

type Tracking = NonNullable<Inputs<{ tracking: typeof trackingInput }>['tracking']>;

const toDimensions = (given: readonly { name: string; value: string }[] | undefined) =>
  given?.length ? given.map(({ name: Name, value: Value }) => ({ Name, Value })) : undefined;
const fromDimensions = (found: readonly MetricDimension[] | undefined) =>
  found?.map(({ Name, Value }) => ({ name: Name, value: Value }));

export function toTracking(given: Tracking): TargetTrackingConfiguration {
  const { predefinedMetricSpecification: predefined, customizedMetricSpecification: custom } = given;
  return {
    TargetValue: given.targetValue,
    DisableScaleIn: given.disableScaleIn,
    PredefinedMetricSpecification: predefined && {
      PredefinedMetricType: predefined.predefinedMetricType as 'ASGAverageCPUUtilization',
      ResourceLabel: predefined.resourceLabel,
    },
    CustomizedMetricSpecification: custom && {
      MetricName: custom.metricName,
      Namespace: custom.namespace,
      Dimensions: toDimensions(custom.metricDimensions),
      Statistic: custom.statistic as 'Average' | undefined,
      Unit: custom.unit,
      Period: custom.period,
      Metrics: custom.metrics?.map(({ id, expression, label, returnData, metricStat: stat }) => ({
        Id: id,
        Expression: expression,
        Label: label,
        ReturnData: returnData,
        MetricStat: stat && {
          Metric: {
            MetricName: stat.metric.metricName,
            Namespace: stat.metric.namespace,
            Dimensions: toDimensions(stat.metric.dimensions),
          },
          Period: stat.period,
          Stat: stat.stat,
          Unit: stat.unit,
        },
      })),
    },
  };
}

export function fromTracking(found: TargetTrackingConfiguration | undefined): Properties | undefined {
  if (!found) return undefined;
  const { PredefinedMetricSpecification: predefined, CustomizedMetricSpecification: custom } = found;
  return {
    targetValue: found.TargetValue,
    disableScaleIn: found.DisableScaleIn ?? false,
    predefinedMetricSpecification: predefined && {
      predefinedMetricType: predefined.PredefinedMetricType,
      resourceLabel: predefined.ResourceLabel,
    },
    customizedMetricSpecification: custom && {
      metricName: custom.MetricName,
      namespace: custom.Namespace,
      metricDimensions: fromDimensions(custom.Dimensions),
      statistic: custom.Statistic,
      unit: custom.Unit,
      period: custom.Period,
      metrics: custom.Metrics?.map(({ Id, Expression, Label, ReturnData, MetricStat: stat }) => ({
        id: Id,
        expression: Expression,
        label: Label,
        returnData: ReturnData ?? true,
        metricStat: stat && {
          metric: {
            metricName: stat.Metric?.MetricName,
            namespace: stat.Metric?.Namespace,
            dimensions: fromDimensions(stat.Metric?.Dimensions),
          },
          period: stat.Period,
          stat: stat.Stat,
          unit: stat.Unit,
        },
      })),
    },
  };
}
