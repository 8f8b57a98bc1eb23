import type { DescribeInstancesCommandOutput } from '@aws-sdk/client-ec2';
import type { DescribeLoadBalancersCommandOutput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { ask, type Parts } from '../services/parts.ts';
import type { InstanceStatus, LoadBalancerStatus } from './status.ts';

/** The instances that are not terminated. */
export async function listInstances(parts: Parts): Promise<InstanceStatus[]> {
  const { Reservations = [] } = await ask<DescribeInstancesCommandOutput>(
    parts,
    'ec2',
    'DescribeInstances',
    {},
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances)
    .filter(({ State }) => State?.Name !== 'terminated')
    .map((instance) => ({
      instanceId: instance.InstanceId ?? '',
      name: instance.Tags?.find(({ Key }) => Key === 'Name')?.Value ?? '',
      state: instance.State?.Name ?? '',
      privateAddress: instance.PrivateIpAddress ?? '',
      publicAddress: instance.PublicIpAddress ?? '',
    }));
}

export async function listLoadBalancers(parts: Parts): Promise<LoadBalancerStatus[]> {
  const { LoadBalancers = [] } = await ask<DescribeLoadBalancersCommandOutput>(
    parts,
    'elasticloadbalancing',
    'DescribeLoadBalancers',
    {},
  );
  return LoadBalancers.map(({ LoadBalancerName = '', DNSName = '', State }) => ({
    name: LoadBalancerName,
    dnsName: DNSName,
    state: State?.Code ?? '',
  }));
}
