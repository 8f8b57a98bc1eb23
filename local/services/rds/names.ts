import { randomBytes } from 'node:crypto';
import type { Parts } from '../parts.ts';
import { invalidValue } from './errors.ts';
import {
  clusterKey,
  membersOf,
  serversOf,
  type DatabaseState,
  type StoredCluster,
  type StoredInstance,
  type StoredServer,
} from './state.ts';

/** ARNs, identifiers and the DNS names of endpoints. */

type Kind = 'db' | 'cluster' | 'subgrp' | 'snapshot' | 'cluster-snapshot';

export const arnOf = ({ region, account }: Parts, kind: Kind, name: string): string =>
  `arn:aws:rds:${region}:${account}:${kind}:${name}`;

export const newResourceId = (prefix: 'db' | 'cluster'): string =>
  `${prefix}-${randomBytes(16).toString('hex').toUpperCase().slice(0, 26)}`;

/** Names of instances, clusters, snapshots and subnet groups: kept in lower case. */
export function checkId(member: string, given: string | undefined): string {
  const id = (given ?? '').toLowerCase();
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(id) || id.includes('--') || id.endsWith('-'))
    throw invalidValue(
      `The parameter ${member} is not a valid identifier: '${given ?? ''}'. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  return id;
}

/** Twelve letters and digits in all names of an account's databases in a region, as AWS has them. */
export function domainOf({ account, region }: Parts): string {
  const seed =
    BigInt(account || '0') * 7919n + BigInt(`0x${Buffer.from(region).toString('hex').slice(0, 14)}`);
  return seed.toString(36).padStart(12, 'c').slice(-12);
}

const suffix = (parts: Parts): string => `${domainOf(parts)}.${parts.region}.rds.amazonaws.com`;

export const instanceName = ({ id }: Pick<StoredInstance, 'id'>, parts: Parts): string =>
  `${id}.${suffix(parts)}`;
/** Always names the writer of the moment. */
export const clusterName = ({ id }: Pick<StoredCluster, 'id'>, parts: Parts): string =>
  `${id}.cluster-${suffix(parts)}`;
/** All readers, or the writer where there is none. */
export const readerName = ({ id }: Pick<StoredCluster, 'id'>, parts: Parts): string =>
  `${id}.cluster-ro-${suffix(parts)}`;

/** The addresses behind a name of a database's; undefined: it is none of ours. */
export function addressesOf(state: DatabaseState, parts: Parts, given: string): string[] | undefined {
  const name = given.toLowerCase().replace(/\.$/, '');
  if (!name.endsWith('.rds.amazonaws.com')) return undefined;
  const addresses = (servers: readonly StoredServer[]) => servers.flatMap(({ address }) => address ?? []);
  for (const cluster of state.clusters.values()) {
    const isReader = name === readerName(cluster, parts);
    if (!isReader && name !== clusterName(cluster, parts)) continue;
    const key = clusterKey(cluster.id);
    const { writer } = state.groups.get(key) ?? {};
    const all = serversOf(state, key).filter(({ isLeaving }) => !isLeaving);
    const readers = all.filter(({ hostId, isSynchronized }) => hostId !== writer && isSynchronized);
    return addresses(
      isReader && readers.length > 0 ? readers : all.filter(({ hostId }) => hostId === writer),
    );
  }
  for (const instance of state.instances.values())
    if (name === instanceName(instance, parts))
      return addresses([serverOf(state, instance)].flatMap((one) => one ?? []));
  return undefined;
}

/** The server that an instance answers from: a member's own, or of an instance and its standby the writer. */
export function serverOf(state: DatabaseState, instance: StoredInstance): StoredServer | undefined {
  const key = instance.cluster === undefined ? `instance:${instance.id}` : clusterKey(instance.cluster);
  const own = serversOf(state, key).filter((server) => server.instance === instance.id);
  if (own.length < 2) return own[0];
  const { writer } = state.groups.get(key) ?? {};
  return own.find(({ hostId }) => hostId === writer) ?? own[0];
}

/** Whether a member of a cluster is its writer. */
export function isWriter(state: DatabaseState, instance: StoredInstance): boolean {
  if (instance.cluster === undefined) return true;
  const { writer } = state.groups.get(clusterKey(instance.cluster)) ?? {};
  const first = membersOf(state, instance.cluster)[0];
  return writer === undefined ? first?.id === instance.id : serverOf(state, instance)?.hostId === writer;
}
