/** Who needs an image: what would be launched from it, and what runs from it. */
import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { displayName, slots } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { Clients } from '../aws/clients.ts';
import { observeGroups } from '../deploy/aws-group.ts';

/** By image id: `dev/web (launch template, slot blue)`, `i-1 (dev/web)`. */
export type Usage = ReadonlyMap<string, readonly string[]>;

interface Use {
  readonly image: string | undefined;
  readonly user: string;
}

export async function imageUsage(
  clients: Clients,
  environments: readonly EnvironmentDescriptor[],
): Promise<Usage> {
  const uses = await Promise.all(environments.map((environment) => usesOf(clients, environment)));
  const byImage = Map.groupBy(
    uses.flat().filter(({ image }) => image !== undefined),
    ({ image }) => image ?? '',
  );
  return new Map([...byImage].map(([image, found]) => [image, found.map(({ user }) => user)]));
}

async function usesOf(clients: Clients, environment: EnvironmentDescriptor): Promise<Use[]> {
  const { ec2 } = clients;
  const target = displayName(environment);
  const groups = await observeGroups(clients, environment);
  const ofSlots = slots.map(async (slot): Promise<Use[]> => {
    const { launchTemplateId: template, launchTemplateVersion: latest } = environment.slots[slot];
    const { launchTemplateVersion: version, size, instances } = groups[slot];
    const images = await imagesOfInstances(
      ec2,
      // One that is being terminated needs nothing any more.
      instances.filter(({ state }) => state !== 'Leaving').map(({ id }) => id),
    );
    return [
      {
        image: await templateImage(ec2, template, latest),
        user: `${target} (launch template, slot ${slot})`,
      },
      // An empty slot's group gets the newest version before it launches anything.
      ...(version !== latest && size.maxSize > 0
        ? [{ image: await templateImage(ec2, template, version), user: `${target} (group, slot ${slot})` }]
        : []),
      ...[...images].map(([id, image]) => ({ image, user: `${id} (${target})` })),
    ];
  });
  return (await Promise.all(ofSlots)).flat();
}

/** Undefined: the version does not exist any more. */
export async function templateImage(
  ec2: EC2Client,
  LaunchTemplateId: string,
  version: string,
): Promise<string | undefined> {
  const { LaunchTemplateVersions = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [version] }),
  );
  return LaunchTemplateVersions[0]?.LaunchTemplateData?.ImageId;
}

/** By filter: an instance that is gone meanwhile is no error. */
export async function imagesOfInstances(
  ec2: EC2Client,
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { Reservations = [] } = await ec2.send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: [...ids] }] }),
  );
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  return new Map(instances.map(({ InstanceId = '', ImageId = '' }) => [InstanceId, ImageId]));
}
