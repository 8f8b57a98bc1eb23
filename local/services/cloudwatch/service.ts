import type { Service } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { alarmClock } from './alarm-clock.ts';
import { alarmOperations } from './alarms.ts';
import { instanceMetrics } from './instance-metrics.ts';
import { metricOperations } from './metrics.ts';
import { forgetOld, minute } from './series.ts';
import { cloudWatchState } from './state.ts';
import { tagOperations } from './tags.ts';

/** CloudWatch: metrics and alarms. */
export function createCloudWatch(parts: Parts) {
  const state = cloudWatchState(parts);
  const alarms = alarmClock(parts, state);
  const measureInstances = instanceMetrics(parts, state);
  let cancel: (() => void) | undefined;

  /** What happens each minute; a failed measurement leaves a gap, as it would on AWS. */
  async function tick(): Promise<void> {
    await measureInstances().catch(() => undefined);
    alarms.lookAtAll();
    forgetOld(state, parts.clock.now());
  }

  function schedule(): void {
    cancel = parts.clock.after(minute, () => {
      schedule();
      void tick();
    });
  }

  return {
    name: 'monitoring',
    operations: {
      ...metricOperations(parts, state),
      ...alarmOperations(parts, state, alarms),
      ...tagOperations(state),
    },
    async start() {
      schedule();
    },
    async stop() {
      cancel?.();
    },
  } satisfies Service;
}
