import type { InterfaceRequest, MadeInterface } from '../parts.ts';
import { publicAddressOf } from './addresses.ts';
import { find, type Ec2Context } from './context.ts';
import { checkGroups, makeInterface, removeInterface } from './interfaces.ts';
import type { InterfaceRow } from './state.ts';

const interfacesOf = ({ state }: Ec2Context, hostId: string): InterfaceRow[] =>
  [...state.interfaces.values()].filter((row) => row.hostId === hostId);

/**
 * Makes interfaces for a service's own host, all of them or none. Asked again for the same host (after a crash
 * between the two services' writes), it makes only what is missing.
 */
export async function createInterfaces(
  context: Ec2Context,
  hostId: string,
  wanted: readonly InterfaceRequest[],
): Promise<readonly MadeInterface[]> {
  const { state, parts, network } = context;
  const known = interfacesOf(context, hostId);
  for (const { subnetId, securityGroupIds } of wanted)
    checkGroups(state, find(state.subnets, 'subnet', subnetId), securityGroupIds);
  try {
    const rows = wanted.map(({ subnetId, securityGroupIds: groups, description, isPublic, cluster }) => {
      const subnet = find(state.subnets, 'subnet', subnetId);
      const now = parts.clock.now();
      return (
        known.find((row) => row.subnetId === subnetId) ??
        makeInterface(state, { subnet, groups, description, hostId, cluster, autoPublic: isPublic, now })
      );
    });
    await network.changed();
    return rows.map((row) => made(context, row));
  } catch (error) {
    const isKnown = new Set(known.map(({ id }) => id));
    for (const { id } of interfacesOf(context, hostId)) if (!isKnown.has(id)) removeInterface(state, id);
    throw error;
  }
}

export async function removeHost(context: Ec2Context, hostId: string): Promise<void> {
  for (const { id } of interfacesOf(context, hostId)) removeInterface(context.state, id);
  await context.network.changed();
}

export async function setSecurityGroups(
  context: Ec2Context,
  hostId: string,
  groups: readonly string[],
): Promise<void> {
  const { state, network } = context;
  const rows = interfacesOf(context, hostId);
  for (const { subnetId } of rows) checkGroups(state, find(state.subnets, 'subnet', subnetId), groups);
  for (const row of rows) state.interfaces.set(row.id, { ...row, groups });
  await network.changed();
}

function made({ state }: Ec2Context, row: InterfaceRow): MadeInterface {
  const publicAddress = publicAddressOf(state, row);
  return {
    interfaceId: row.id,
    subnetId: row.subnetId,
    availabilityZone: state.subnets.get(row.subnetId)?.zone ?? '',
    privateAddress: row.privateAddress,
    ...(publicAddress !== undefined && { publicAddress }),
  };
}
