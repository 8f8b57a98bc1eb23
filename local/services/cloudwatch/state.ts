import type {
  Dimension,
  PutMetricAlarmInput,
  StandardUnit,
  StateValue,
  Tag,
} from '@aws-sdk/client-cloudwatch';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';

/** What CloudWatch keeps. Times are milliseconds since 1970. */
export interface CloudWatchState {
  /** By their key. */
  readonly metrics: Collection<StoredMetric>;
  /** One hour of a metric's minutes, by `hour/metric key`. */
  readonly hours: Collection<StoredHour>;
  readonly alarms: Collection<StoredAlarm>;
  readonly history: Collection<StoredEvent>;
}

export interface StoredMetric {
  namespace: string;
  name: string;
  dimensions: Dimension[];
  unit: StandardUnit;
  lastData: number;
}

export interface StoredHour {
  metric: string;
  start: number;
  /** By minute of the hour. */
  minutes: Record<number, Bucket>;
}

/** All that was measured in one minute. */
export interface Bucket {
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
  /** Single values and how often they came, for percentiles; only while all values are known. */
  values?: [number, number][];
}

export interface StoredAlarm {
  name: string;
  arn: string;
  settings: Omit<PutMetricAlarmInput, 'Tags' | 'AlarmName' | 'ActionsEnabled'>;
  actionsEnabled: boolean;
  tags: Tag[];
  updated: number;
  state: StateValue;
  reason: string;
  stateUpdated: number;
  transitioned: number;
}

export interface StoredEvent {
  alarm: string;
  at: number;
  type: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  summary: string;
  data: string;
}

export function cloudWatchState({ store }: Parts): CloudWatchState {
  return {
    metrics: store.collection('cloudwatch.metric'),
    hours: store.collection('cloudwatch.hour'),
    alarms: store.collection('cloudwatch.alarm'),
    history: store.collection('cloudwatch.history'),
  };
}

export const metricKey = (namespace: string, name: string, dimensions: readonly Dimension[]): string =>
  JSON.stringify([
    namespace,
    name,
    ...dimensions.map(({ Name, Value }) => `${Name ?? ''}=${Value ?? ''}`).sort(),
  ]);
