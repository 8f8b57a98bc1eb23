import type { Service } from '../../endpoint/service.ts';
import { every } from '../../clock.ts';
import type { Parts } from '../parts.ts';
import { alarmClock } from './alarm-clock.ts';
import { alarmOperations } from './alarms.ts';
import { cloudWatchAuthorization } from './authorization.ts';
import { compositeOperations } from './composites.ts';
import { cacheMetrics } from './cache-metrics.ts';
import { dashboardOperations } from './dashboards.ts';
import { databaseMetrics } from './database-metrics.ts';
import { fileSystemMetrics } from './file-system-metrics.ts';
import { groupMetrics } from './group-metrics.ts';
import { instanceMetrics } from './instance-metrics.ts';
import { metricOperations } from './metrics.ts';
import { queueMetrics } from './queue-metrics.ts';
import { forgetOld, minute, record } from './series.ts';
import { cloudWatchState } from './state.ts';
import { tagOperations } from './tags.ts';
import { topicMetrics } from './topic-metrics.ts';

const tenSeconds = 10_000;

/**
 * CloudWatch: metrics, metric math, alarms and their actions, dashboards. What it measures itself it stores each
 * minute; at EC2, SQS and Auto Scaling each ten seconds, too, at high resolution, so that alarms with short periods
 * work on AWS's own metrics (on AWS those have one-minute periods). No anomaly detection, no SEARCH.
 */
export function createCloudWatch(region: Parts) {
  const parts: Parts = { ...region, clock: region.lapse?.clock ?? region.clock };
  const state = cloudWatchState(parts);
  const alarms = alarmClock(parts, state);
  const sources = [instanceMetrics, queueMetrics, groupMetrics];
  const dataSources = [databaseMetrics, cacheMetrics, fileSystemMetrics, topicMetrics];
  const stops: (() => void)[] = [];

  /** Measures in equal steps; a failed measurement leaves a gap, as it would on AWS. */
  function measureEvery(
    step: number,
    into: 'minute' | 'second',
    from: typeof sources,
    then: () => void,
  ): void {
    // Machines and queues live by the region's own clock.
    const measure = from.map((source) => source(region));
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
      // In a time lapse a minute is short enough.
      if (!region.lapse)
        measureEvery(tenSeconds, 'second', sources, () => {
          alarms.lookAtFast();
        });
      measureEvery(minute, 'minute', [...sources, ...dataSources], () => {
        alarms.lookAtAll();
        forgetOld(state, parts.clock.now());
      });
    },
    async stop() {
      for (const stop of stops) stop();
    },
  } satisfies Service;
}
