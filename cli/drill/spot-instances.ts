import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import type { Clients } from '../aws/clients.ts';
import type { Stack } from './data-parts.ts';

/** Ids of a stack's instances that run on the spot market. */
export async function spotInstances({ ec2 }: Clients, { application, stack }: Stack): Promise<string[]> {
  const Filters = [
    { Name: 'tag:beanpole:application', Values: [application] },
    { Name: 'tag:beanpole:stack', Values: [stack] },
    { Name: 'instance-lifecycle', Values: ['spot'] },
    { Name: 'instance-state-name', Values: ['running'] },
  ];
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ Filters }));
  return Reservations.flatMap(({ Instances = [] }) =>
    Instances.flatMap(({ InstanceId }) => InstanceId ?? []),
  );
}
