import type {
  Dimension,
  PutCompositeAlarmInput,
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
  readonly minutes: Collection<StoredSpan>;
  /** Ten minutes of the seconds of a metric stored at high resolution, likewise. */
  readonly seconds: Collection<StoredSpan>;
  readonly alarms: Collection<StoredAlarm>;
  readonly composites: Collection<StoredComposite>;
  readonly dashboards: Collection<StoredDashboard>;
  readonly history: Collection<StoredEvent>;
}

export interface StoredMetric {
  namespace: string;
  name: string;
  dimensions: Dimension[];
  unit: StandardUnit;
  lastData: number;
}

export interface StoredSpan {
  metric: string;
  start: number;
  /** By minute of the hour, by second of the ten minutes. */
  buckets: Record<number, Bucket>;
}

/** All that was measured in one minute or second. */
export interface Bucket {
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
  /** Single values and how often they came, for percentiles; only while all values are known. */
  values?: [number, number][];
}

/** What metric alarms and composite alarms have in common. */
export interface AnyAlarm {
  name: string;
  arn: string;
  settings: {
    AlarmDescription?: string | undefined;
    AlarmActions?: string[] | undefined;
    OKActions?: string[] | undefined;
    InsufficientDataActions?: string[] | undefined;
  };
  actionsEnabled: boolean;
  tags: Tag[];
  updated: number;
  state: StateValue;
  reason: string;
  stateUpdated: number;
  transitioned: number;
}

export interface StoredAlarm extends AnyAlarm {
  settings: Omit<PutMetricAlarmInput, 'Tags' | 'AlarmName' | 'ActionsEnabled'>;
}

export interface StoredComposite extends AnyAlarm {
  settings: Omit<PutCompositeAlarmInput, 'Tags' | 'AlarmName' | 'ActionsEnabled'>;
}

export interface StoredDashboard {
  name: string;
  arn: string;
  body: string;
  modified: number;
  tags: Tag[];
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
    minutes: store.collection('cloudwatch.minutes'),
    seconds: store.collection('cloudwatch.seconds'),
    alarms: store.collection('cloudwatch.alarm'),
    composites: store.collection('cloudwatch.composite'),
    dashboards: store.collection('cloudwatch.dashboard'),
    history: store.collection('cloudwatch.history'),
  };
}

export const metricKey = (namespace: string, name: string, dimensions: readonly Dimension[]): string =>
  JSON.stringify([
    namespace,
    name,
    ...dimensions.map(({ Name, Value }) => `${Name ?? ''}=${Value ?? ''}`).sort(),
  ]);
