import type { Service } from '../../endpoint/service.ts';
import { every } from '../../clock.ts';
import type { Parts } from '../parts.ts';
import { alarmClock } from './alarm-clock.ts';
import { alarmOperations } from './alarms.ts';
import { cloudWatchAuthorization } from './authorization.ts';
import { compositeOperations } from './composites.ts';
import { dashboardOperations } from './dashboards.ts';
import { groupMetrics } from './group-metrics.ts';
import { instanceMetrics } from './instance-metrics.ts';
import { metricOperations } from './metrics.ts';
import { queueMetrics } from './queue-metrics.ts';
import { forgetOld, minute, record } from './series.ts';
import { cloudWatchState } from './state.ts';
import { tagOperations } from './tags.ts';

const tenSeconds = 10_000;

/**
 * CloudWatch: metrics, metric math, alarms and their actions, dashboards. What it measures itself at EC2, SQS and
 * Auto Scaling it stores each minute, and each ten seconds at high resolution, so that alarms with short periods
 * work on AWS's own metrics too (on AWS those have one-minute periods). No anomaly detection, no SEARCH.
 */
export function createCloudWatch(parts: Parts) {
  const state = cloudWatchState(parts);
  const alarms = alarmClock(parts, state);
  const sources = [instanceMetrics, queueMetrics, groupMetrics];
  const stops: (() => void)[] = [];

  /** Measures in equal steps; a failed measurement leaves a gap, as it would on AWS. */
  function measureEvery(step: number, into: 'minute' | 'second', then: () => void): void {
    const measure = sources.map((source) => source(parts));
    stops.push(
      every(parts.clock, step, async (at) => {
        const found = await Promise.all(measure.map((one) => one(at - step).catch(() => [])));
        for (const measurement of found.flat()) record(state, measurement, [into]);
        then();
      }),
    );
  }

  return {
    name: 'monitoring',
    authorization: cloudWatchAuthorization(parts, state),
    operations: {
      ...metricOperations(parts, state),
      ...alarmOperations(parts, state, alarms),
      ...compositeOperations(parts, state, alarms),
      ...dashboardOperations(parts, state),
      ...tagOperations(state),
    },
    async start() {
      measureEvery(tenSeconds, 'second', () => {
        alarms.lookAtFast();
      });
      measureEvery(minute, 'minute', () => {
        alarms.lookAtAll();
        forgetOld(state, parts.clock.now());
      });
    },
    async stop() {
      for (const stop of stops) stop();
    },
  } satisfies Service;
}
