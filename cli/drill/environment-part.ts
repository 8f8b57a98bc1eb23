import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { Clients } from '../aws/clients.ts';
import { observeGroup } from '../deploy/aws-group.ts';
import type { FleetInstance } from '../deploy/fleet.ts';
import type { Clock } from '../clock.ts';
import { describe } from '../status/describe.ts';
import { observe, type Observation } from '../status/observe.ts';
import type { Part } from './drill.ts';

/** An environment is whole when every wanted instance is in service and well. */
export function environmentPart(clients: Clients, environment: EnvironmentDescriptor, clock: Clock): Part {
  return {
    name: displayName(environment),
    lacks: async () => lackOf(await observe(clients, environment), clock.now()),
  };
}

/** Pure. */
export function lackOf(observation: Observation, now: number): string | undefined {
  const { desired, instances } = describe(observation, now);
  const inService = observation.instances.filter(({ state }) => state === 'InService').length;
  const well = instances.filter(({ status }) => status === 'Ok' || status === 'Info').length;
  const serving = Math.min(inService, well);
  return serving < desired || instances.length > desired
    ? `has ${serving} of ${desired} instances`
    : undefined;
}

/** Instances in service, of both slots of each environment. */
export async function inService(
  { autoScaling }: Clients,
  environments: readonly EnvironmentDescriptor[],
): Promise<FleetInstance[]> {
  const slots = environments.flatMap(({ slots: { blue, green } }) => [blue, green]);
  const groups = await Promise.all(slots.map((each) => observeGroup(autoScaling, each.autoScalingGroup)));
  return groups.flatMap(({ instances }) => instances).filter(({ state }) => state === 'InService');
}
