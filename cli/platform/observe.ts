import type { ApplicationDescriptor, EnvironmentDescriptor } from '../../model/schemas.ts';
import type { Clients } from '../aws/clients.ts';
import type { FleetInstance } from '../deploy/fleet.ts';
import { imagesOfInstances, templateImage } from '../image/usage.ts';
import { observe } from '../status/observe.ts';

/** What an environment's instances are made of, and what new ones would be. */
export interface PlatformObservation {
  readonly environment: EnvironmentDescriptor;
  /** Digest of the agent that the application stack made last. */
  readonly newestAgent: string;
  /** Image of the newest launch template version. */
  readonly templateImage: string | undefined;
  readonly templateVersion: string;
  readonly instances: readonly (FleetInstance & {
    readonly image: string | undefined;
    readonly agent: string | undefined;
  })[];
}

export async function observePlatform(
  clients: Clients,
  { agent }: ApplicationDescriptor,
  environment: EnvironmentDescriptor,
): Promise<PlatformObservation> {
  const { current, instances } = await observe(clients, environment);
  const { launchTemplateId, launchTemplateVersion } = environment.slots[current?.active ?? 'blue'];
  const present = instances.filter(({ state }) => state !== 'Leaving');
  const [newest, images] = await Promise.all([
    templateImage(clients.ec2, launchTemplateId, launchTemplateVersion),
    imagesOfInstances(
      clients.ec2,
      present.map(({ id }) => id),
    ),
  ]);
  return {
    environment,
    newestAgent: agent.sha256,
    templateImage: newest,
    templateVersion: launchTemplateVersion,
    instances: present.map(({ report, ...instance }) => ({
      ...instance,
      image: images.get(instance.id),
      agent: report?.agent,
    })),
  };
}
