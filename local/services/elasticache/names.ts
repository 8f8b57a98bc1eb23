import { randomBytes } from 'node:crypto';
import type { Parts } from '../parts.ts';
import { invalidValue } from './errors.ts';
import type { StoredGroup, StoredNode } from './state.ts';

/** ARNs, the DNS names of endpoints, and the rules for names. */

type Kind = 'replicationgroup' | 'cluster' | 'subnetgroup' | 'parametergroup';

export const arnOf = ({ region, account }: Parts, kind: Kind, name: string): string =>
  `arn:aws:elasticache:${region}:${account}:${kind}:${name}`;

export const newDomain = (): string => randomBytes(8).toString('hex').slice(0, 6);

const directions: Readonly<Record<string, string>> = {
  north: 'n',
  south: 's',
  east: 'e',
  west: 'w',
  central: 'c',
  northeast: 'ne',
  southeast: 'se',
  northwest: 'nw',
  southwest: 'sw',
};

/** `eu-central-1` is `euc1` in the names of caches. */
export function regionCode(region: string): string {
  const [area = '', direction = '', number = ''] = region.split('-');
  return `${area}${directions[direction] ?? direction}${number}`;
}

type Named = Pick<StoredGroup, 'id' | 'domain' | 'transitEncryption'>;

/** Where writes go; it always names the primary of the moment. */
export const primaryName = (group: Named, region: string): string =>
  group.transitEncryption
    ? `master.${suffix(group, region)}`
    : `${group.id}.${group.domain}.ng.0001.${regionCode(region)}.cache.amazonaws.com`;

/** All replicas, or the primary where there is none. */
export const readerName = (group: Named, region: string): string =>
  group.transitEncryption
    ? `replica.${suffix(group, region)}`
    : `${group.id}-ro.${group.domain}.ng.0001.${regionCode(region)}.cache.amazonaws.com`;

export const nodeName = (group: Named, node: Pick<StoredNode, 'id'>, region: string): string =>
  group.transitEncryption
    ? `${node.id}.${suffix(group, region)}`
    : `${node.id}.${group.domain}.0001.${regionCode(region)}.cache.amazonaws.com`;

/** One certificate covers all names of a group. */
export const certificateNames = (group: Named, region: string): [string, string] => [
  suffix(group, region),
  `*.${suffix(group, region)}`,
];

const suffix = ({ id, domain }: Named, region: string): string =>
  `${id}.${domain}.${regionCode(region)}.cache.amazonaws.com`;

export const nodeId = (groupId: string, number: number): string =>
  `${groupId}-${String(number).padStart(3, '0')}`;

/** The next number that no node has. */
export function nextNodeId({
  id,
  nodes,
}: Pick<StoredGroup, 'id'> & { nodes: readonly { id: string }[] }): string {
  for (let number = 1; ; number++) {
    const candidate = nodeId(id, number);
    if (!nodes.some((node) => node.id === candidate)) return candidate;
  }
}

export function checkGroupId(given: string): string {
  const id = given.toLowerCase();
  const isValid = /^[a-z][a-z0-9-]{0,39}$/.test(id) && !id.includes('--') && !id.endsWith('-');
  if (!isValid)
    throw invalidValue(
      `The parameter ReplicationGroupId is not a valid identifier: '${given}'. It begins with a letter, has 1 to 40 letters, digits and hyphens, no two hyphens in a row and none at the end.`,
    );
  return id;
}

/** Names of subnet groups and parameter groups, which are kept in lower case. */
export function checkName(member: string, given: string): string {
  const name = given.toLowerCase();
  if (!/^[a-z0-9][a-z0-9.-]{0,254}$/.test(name))
    throw invalidValue(`The parameter ${member} must be provided and must not contain spaces or '${given}'.`);
  return name;
}

/** The addresses behind one of a group's names; undefined: it is none of them. */
export function addressesOf(
  group: Named & Pick<StoredGroup, 'nodes' | 'primary'>,
  name: string,
  region: string,
): string[] | undefined {
  const available = group.nodes.filter(({ status }) => status === 'available');
  const primary = available.filter(({ id }) => id === group.primary);
  const replicas = available.filter(({ id }) => id !== group.primary);
  const addresses = (nodes: readonly StoredNode[]) => nodes.flatMap(({ address }) => address ?? []);
  if (name === primaryName(group, region)) return addresses(primary);
  if (name === readerName(group, region)) return addresses(replicas.length > 0 ? replicas : primary);
  const node = group.nodes.find((one) => name === nodeName(group, one, region));
  return node && addresses([node]);
}
