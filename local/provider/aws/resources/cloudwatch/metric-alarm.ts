import type { MetricAlarm, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { text, type Properties } from '../../../protocol/values.ts';
import {
  boolean,
  map,
  number,
  object,
  required,
  set,
  string,
  type Inputs,
} from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';

const inputs = {
  name: string({ replaces: true }),
  comparisonOperator: required(string()),
  evaluationPeriods: required(number()),
  metricName: string(),
  namespace: string(),
  period: number(),
  statistic: string(),
  extendedStatistic: string(),
  threshold: number({ default: 0 }),
  thresholdMetricId: string(),
  unit: string(),
  dimensions: map(),
  datapointsToAlarm: number(),
  treatMissingData: string({ default: 'missing' }),
  evaluateLowSampleCountPercentiles: string({ computed: true }),
  actionsEnabled: boolean({ default: true }),
  alarmDescription: string(),
  alarmActions: set(string()),
  okActions: set(string()),
  insufficientDataActions: set(string()),
  metricQueries: set(
    object({
      id: required(string()),
      accountId: string(),
      expression: string(),
      label: string(),
      period: number(),
      returnData: boolean({ default: false }),
      metric: object({
        metricName: required(string()),
        namespace: string(),
        period: required(number()),
        stat: required(string()),
        unit: string(),
        dimensions: map(),
      }),
    }),
  ),
  tags: tags(),
};
type Alarm = Inputs<typeof inputs>;

export default regional({
  type: 'aws:cloudwatch/metricAlarm:MetricAlarm',
  naming: { property: 'name', maximum: 255 },
  inputs,
  check: ({ metricName, metricQueries }) =>
    (metricName === undefined) === (metricQueries === undefined)
      ? [{ property: 'metricName', reason: ': exactly one of metricName and metricQueries is needed' }]
      : [],

  async create(alarm, context) {
    const cloudwatch = await context.clients.cloudwatch();
    const Tags = toTags(alarm.tags);
    await cloudwatch.putMetricAlarm({ ...toAlarm(alarm), ...(Tags.length > 0 ? { Tags } : {}) });
    return alarm.name ?? '';
  },

  async read(id, context) {
    const alarm = await describe(context, id);
    if (!alarm) return undefined;
    const cloudwatch = await context.clients.cloudwatch();
    const { Tags } = await cloudwatch.listTagsForResource({ ResourceARN: alarm.AlarmArn });
    return { ...fromAlarm(alarm), ...fromTags(Tags) };
  },

  async update(_id, { olds, news, changed }, context) {
    const cloudwatch = await context.clients.cloudwatch();
    if (changed(...Object.keys(inputs).filter((key) => key !== 'tags')))
      await cloudwatch.putMetricAlarm(toAlarm(news));
    if (!changed('tags')) return;
    const { set: added, removed } = tagChanges(olds, news.tags);
    const which = { ResourceARN: text(olds.arn) };
    if (removed.length > 0) await cloudwatch.untagResource({ ...which, TagKeys: removed });
    if (Object.keys(added).length > 0) await cloudwatch.tagResource({ ...which, Tags: toTags(added) });
  },

  async delete(id, context) {
    const cloudwatch = await context.clients.cloudwatch();
    if (await describe(context, id)) await cloudwatch.deleteAlarms({ AlarmNames: [id] });
  },
});

async function describe(context: Context, name: string): Promise<MetricAlarm | undefined> {
  const cloudwatch = await context.clients.cloudwatch();
  const found = await cloudwatch.describeAlarms({ AlarmNames: [name], AlarmTypes: ['MetricAlarm'] });
  return found.MetricAlarms?.[0];
}

type Dimensions = Readonly<Record<string, string>> | undefined;
const toDimensions = (dimensions: Dimensions) =>
  Object.entries(dimensions ?? {}).map(([Name, Value]) => ({ Name, Value }));
const fromDimensions = (found: readonly { Name?: string | undefined; Value?: string | undefined }[] = []) =>
  Object.fromEntries(found.map(({ Name = '', Value = '' }) => [Name, Value]));
const optional = <T>(items: T[]): T[] | undefined => (items.length > 0 ? items : undefined);

function toAlarm(alarm: Alarm): PutMetricAlarmInput {
  return {
    AlarmName: alarm.name,
    ComparisonOperator: alarm.comparisonOperator as 'GreaterThanThreshold',
    EvaluationPeriods: alarm.evaluationPeriods,
    MetricName: alarm.metricName,
    Namespace: alarm.namespace,
    Period: alarm.period,
    Statistic: alarm.statistic as 'Average' | undefined,
    ExtendedStatistic: alarm.extendedStatistic,
    ...(alarm.thresholdMetricId
      ? { ThresholdMetricId: alarm.thresholdMetricId }
      : { Threshold: alarm.threshold }),
    Unit: alarm.unit as 'Count' | undefined,
    Dimensions: optional(toDimensions(alarm.dimensions)),
    DatapointsToAlarm: alarm.datapointsToAlarm,
    TreatMissingData: alarm.treatMissingData,
    EvaluateLowSampleCountPercentile: alarm.evaluateLowSampleCountPercentiles,
    ActionsEnabled: alarm.actionsEnabled,
    AlarmDescription: alarm.alarmDescription,
    AlarmActions: optional([...(alarm.alarmActions ?? [])]),
    OKActions: optional([...(alarm.okActions ?? [])]),
    InsufficientDataActions: optional([...(alarm.insufficientDataActions ?? [])]),
    Metrics: alarm.metricQueries?.map((query) => ({
      Id: query.id,
      AccountId: query.accountId,
      Expression: query.expression,
      Label: query.label,
      Period: query.period,
      ReturnData: query.returnData,
      MetricStat: query.metric && {
        Metric: {
          MetricName: query.metric.metricName,
          Namespace: query.metric.namespace,
          Dimensions: optional(toDimensions(query.metric.dimensions)),
        },
        Period: query.metric.period,
        Stat: query.metric.stat,
        Unit: query.metric.unit as 'Count' | undefined,
      },
    })),
  };
}

function fromAlarm(alarm: MetricAlarm): Properties {
  return {
    arn: alarm.AlarmArn,
    name: alarm.AlarmName,
    comparisonOperator: alarm.ComparisonOperator,
    evaluationPeriods: alarm.EvaluationPeriods,
    metricName: alarm.MetricName,
    namespace: alarm.Namespace,
    period: alarm.Period,
    statistic: alarm.Statistic,
    extendedStatistic: alarm.ExtendedStatistic,
    threshold: alarm.Threshold ?? 0,
    thresholdMetricId: alarm.ThresholdMetricId,
    unit: alarm.Unit,
    dimensions: fromDimensions(alarm.Dimensions),
    datapointsToAlarm: alarm.DatapointsToAlarm,
    treatMissingData: alarm.TreatMissingData ?? 'missing',
    evaluateLowSampleCountPercentiles: alarm.EvaluateLowSampleCountPercentile,
    actionsEnabled: alarm.ActionsEnabled ?? true,
    alarmDescription: alarm.AlarmDescription,
    alarmActions: alarm.AlarmActions ?? [],
    okActions: alarm.OKActions ?? [],
    insufficientDataActions: alarm.InsufficientDataActions ?? [],
    metricQueries: alarm.Metrics?.map((query) => ({
      id: query.Id,
      accountId: query.AccountId,
      expression: query.Expression,
      label: query.Label,
      period: query.Period,
      returnData: query.ReturnData ?? true,
      metric: query.MetricStat && {
        metricName: query.MetricStat.Metric?.MetricName,
        namespace: query.MetricStat.Metric?.Namespace,
        period: query.MetricStat.Period,
        stat: query.MetricStat.Stat,
        unit: query.MetricStat.Unit,
        dimensions: fromDimensions(query.MetricStat.Metric?.Dimensions),
      },
    })),
  };
}
