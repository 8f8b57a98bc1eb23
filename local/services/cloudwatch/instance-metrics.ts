import { availableParallelism } from 'node:os';
import type { DescribeInstancesResult, Instance } from '@aws-sdk/client-ec2';
import type { Dimension } from '@aws-sdk/client-cloudwatch';
import { ask, type Parts } from '../parts.ts';
import { measured } from './buckets.ts';
import { record } from './series.ts';
import type { CloudWatchState } from './state.ts';

/** EC2's own metrics of instances, measured each minute on the real processes and wires. */
export function instanceMetrics(parts: Parts, state: CloudWatchState): () => Promise<void> {
  let before = new Map<string, Reading>();

  return async () => {
    const { Reservations = [] } = await ask<DescribeInstancesResult>(parts, 'ec2', 'DescribeInstances', {
      Filters: [{ Name: 'instance-state-name', Values: ['running'] }],
    });
    const now = new Map<string, Reading>();
    for (const instance of Reservations.flatMap(({ Instances }) => Instances ?? [])) {
      const id = instance.InstanceId ?? '';
      if (!parts.instances.isRunning(id)) continue;
      const reading = read(parts, id);
      now.set(id, reading);
      const last = before.get(id);
      if (last) write(state, instance, last, reading);
    }
    before = now;
  };
}

interface Reading {
  readonly at: number;
  readonly cpuSeconds: number;
  readonly received: number;
  readonly sent: number;
}

const read = ({ clock, instances, network }: Parts, id: string): Reading => ({
  at: clock.now(),
  cpuSeconds: instances.usage(id).cpuSeconds,
  ...network.traffic(id),
});

function write(state: CloudWatchState, instance: Instance, last: Reading, now: Reading): void {
  const seconds = (now.at - last.at) / 1000;
  // Counters begin again when a machine reboots.
  const since = (before: number, after: number) => (after >= before ? after - before : after);
  const cpu = (100 * since(last.cpuSeconds, now.cpuSeconds)) / (seconds * availableParallelism());
  const values = [
    ['CPUUtilization', Math.min(100, cpu), 'Percent'],
    ['NetworkIn', since(last.received, now.received), 'Bytes'],
    ['NetworkOut', since(last.sent, now.sent), 'Bytes'],
  ] as const;
  for (const dimensions of dimensionSets(instance)) {
    for (const [name, value, unit] of values) {
      record(state, {
        namespace: 'AWS/EC2',
        name,
        dimensions,
        unit,
        at: last.at,
        measured: measured([[value, 1]]),
      });
    }
  }
}

function dimensionSets({ InstanceId, Tags }: Instance): Dimension[][] {
  const group = Tags?.find(({ Key }) => Key === 'aws:autoscaling:groupName')?.Value;
  const own = [{ Name: 'InstanceId', Value: InstanceId }];
  return group === undefined ? [own] : [own, [{ Name: 'AutoScalingGroupName', Value: group }]];
}
