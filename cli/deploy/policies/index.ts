import type { DeploymentPolicy } from '../../../model/schemas.ts';
import { allAtOnce } from './all-at-once.ts';
import { blueGreen } from './blue-green.ts';
import { immutable } from './immutable.ts';
import type { Policy } from './policy.ts';
import { rollingWithAdditionalBatch } from './rolling-with-additional-batch.ts';
import { rolling } from './rolling.ts';
import { trafficSplitting } from './traffic-splitting.ts';

/** Elastic Beanstalk's policies in its order, and blue/green within one environment. */
export const policies: Readonly<Record<DeploymentPolicy, Policy>> = {
  AllAtOnce: allAtOnce,
  Rolling: rolling,
  RollingWithAdditionalBatch: rollingWithAdditionalBatch,
  Immutable: immutable,
  TrafficSplitting: trafficSplitting,
  BlueGreen: blueGreen,
};
