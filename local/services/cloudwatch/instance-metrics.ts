import { availableParallelism } from 'node:os';
import type { DescribeInstancesResult, Instance } from '@aws-sdk/client-ec2';
import type { Dimension } from '@aws-sdk/client-cloudwatch';
import { ask, type Parts } from '../parts.ts';
import { measured } from './buckets.ts';
import { minute, type Measurement } from './series.ts';

/**
 * EC2's own metrics of instances, measured on the real processes and wires since the last time: every five minutes,
 * and as often as it is called with detailed monitoring.
 */
export function instanceMetrics(parts: Parts): (at: number) => Promise<Measurement[]> {
  let before = new Map<string, Reading>();

  return async (at) => {
    const { Reservations = [] } = await ask<DescribeInstancesResult>(parts, 'ec2', 'DescribeInstances', {
      Filters: [{ Name: 'instance-state-name', Values: ['running'] }],
    });
    const now = new Map<string, Reading>();
    const found: Measurement[] = [];
    for (const instance of Reservations.flatMap(({ Instances }) => Instances ?? [])) {
      const id = instance.InstanceId ?? '';
      if (!parts.instances.isRunning(id)) continue;
      const last = before.get(id);
      if (last && !isDue(instance, last, at)) {
        now.set(id, last);
        continue;
      }
      const reading = read(parts, id, at);
      now.set(id, reading);
      if (last) found.push(...measurements(instance, last, reading, at));
    }
    before = now;
    return found;
  };
}

const isDue = ({ Monitoring }: Instance, last: Reading, at: number): boolean =>
  Monitoring?.State === 'enabled' || at - last.stamp >= 5 * minute;

interface Reading {
  readonly at: number;
  /** The time that its values are given, in a time lapse another one. */
  readonly stamp: number;
  readonly cpuSeconds: number;
  readonly received: number;
  readonly sent: number;
}

const read = ({ clock, instances, network }: Parts, id: string, stamp: number): Reading => ({
  at: clock.now(),
  stamp,
  cpuSeconds: instances.usage(id).cpuSeconds,
  ...network.traffic(id),
});

function measurements(instance: Instance, last: Reading, now: Reading, at: number): Measurement[] {
  const seconds = (now.at - last.at) / 1000;
  // Counters begin again when a machine reboots.
  const since = (before: number, after: number) => (after >= before ? after - before : after);
  const cpu = (100 * since(last.cpuSeconds, now.cpuSeconds)) / (seconds * availableParallelism());
  const values = [
    ['CPUUtilization', Math.min(100, cpu), 'Percent'],
    ['NetworkIn', since(last.received, now.received), 'Bytes'],
    ['NetworkOut', since(last.sent, now.sent), 'Bytes'],
  ] as const;
  return dimensionSets(instance).flatMap((dimensions) =>
    values.map(([name, value, unit]) => ({
      namespace: 'AWS/EC2',
      name,
      dimensions,
      unit,
      at,
      measured: measured([[value, 1]]),
    })),
  );
}

function dimensionSets({ InstanceId, Tags }: Instance): Dimension[][] {
  const group = Tags?.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value;
  const own = [{ Name: 'InstanceId', Value: InstanceId }];
  return group === undefined ? [own] : [own, [{ Name: 'AutoScalingGroupName', Value: group }]];
}
