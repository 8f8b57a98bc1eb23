import { AwsError } from '../../endpoint/service.ts';
import { isUsable, nextAddress, parseAddress, parseCidr } from './cidr.ts';
import { invalidValue, notFound } from './errors.ts';
import { newId } from './ids.ts';
import { takePublicAddress } from './public-addresses.ts';
import type { Ec2State, InterfaceRow, SubnetRow } from './state.ts';

export interface WantedInterface {
  readonly subnet: SubnetRow;
  readonly groups: readonly string[];
  readonly description: string;
  readonly type?: InterfaceRow['type'];
  readonly hostId?: string;
  readonly cluster?: string | undefined;
  readonly autoPublic: boolean;
  readonly privateAddress?: string | undefined;
  readonly now: number;
}

/** Makes an interface with an address of its subnet. */
export function makeInterface(state: Ec2State, wanted: WantedInterface): InterfaceRow {
  const { subnet, groups, description, type = 'interface', hostId, cluster, autoPublic, now } = wanted;
  const privateAddress = takePrivateAddress(state, subnet, wanted.privateAddress);
  const row: InterfaceRow = {
    id: newId('eni'),
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    privateAddress,
    groups,
    description,
    type,
    createdAt: now,
    autoPublic,
    ...(hostId !== undefined && { hostId, attachmentId: newId('eni-attach') }),
    ...(cluster !== undefined && { cluster }),
    ...(autoPublic && { publicAddress: takePublicAddress(state) }),
  };
  state.interfaces.set(row.id, row);
  return row;
}

/** Deletes an interface; an Elastic IP it had is free again. */
export function removeInterface(state: Ec2State, interfaceId: string): void {
  for (const address of [...state.addresses.values()]) {
    if (address.interfaceId === interfaceId)
      state.addresses.set(address.id, { id: address.id, publicAddress: address.publicAddress });
  }
  state.interfaces.delete(interfaceId);
  state.tags.delete(interfaceId);
}

/** Gives back the public address that an interface was assigned automatically. */
export function releasePublicAddress(state: Ec2State, interfaceId: string): void {
  const row = state.interfaces.get(interfaceId);
  if (!row?.publicAddress) return;
  const { publicAddress: _, ...rest } = row;
  state.interfaces.set(interfaceId, rest);
}

/** Assigns a public address anew where the subnet or the launch asked for one and no Elastic IP is there. */
export function assignPublicAddress(state: Ec2State, interfaceId: string): void {
  const row = state.interfaces.get(interfaceId);
  const hasElastic = [...state.addresses.values()].some((address) => address.interfaceId === interfaceId);
  if (!row?.autoPublic || row.publicAddress !== undefined || hasElastic) return;
  state.interfaces.set(interfaceId, { ...row, publicAddress: takePublicAddress(state) });
}

/** Security groups must exist and be of the subnet's VPC. */
export function checkGroups(state: Ec2State, subnet: SubnetRow, groups: readonly string[]): void {
  for (const id of groups) {
    const group = state.securityGroups.get(id);
    if (!group) throw notFound('securityGroup', id);
    if (group.vpcId !== subnet.vpcId)
      throw new AwsError(
        'InvalidParameter',
        `Security group ${id} and subnet ${subnet.id} belong to different networks.`,
      );
  }
}

export const defaultGroup = (state: Ec2State, vpcId: string): string[] =>
  [...state.securityGroups.values()]
    .filter((group) => group.vpcId === vpcId && group.name === 'default')
    .map(({ id }) => id);

function takePrivateAddress(state: Ec2State, subnet: SubnetRow, wanted: string | undefined): string {
  const block = parseCidr(subnet.cidr);
  if (!block) throw new Error(`Subnet ${subnet.id} has no valid block: ${subnet.cidr}`);
  const taken = new Set(
    [...state.interfaces.values()]
      .filter((row) => row.vpcId === subnet.vpcId)
      .map((row) => row.privateAddress),
  );
  if (wanted !== undefined) {
    if (!isUsable(block, parseAddress(wanted) ?? -1))
      throw invalidValue(`Address ${wanted} does not fall within the subnet's address range`);
    if (taken.has(wanted)) throw new AwsError('InvalidIPAddress.InUse', `Address ${wanted} is in use.`);
    return wanted;
  }
  const address = nextAddress(block, taken, subnet.lastAddress);
  if (address === undefined)
    throw new AwsError(
      'InsufficientFreeAddressesInSubnet',
      `The specified subnet does not have enough free addresses to satisfy the request.`,
    );
  const current = state.subnets.get(subnet.id) ?? subnet;
  state.subnets.set(subnet.id, { ...current, lastAddress: address });
  return address;
}
