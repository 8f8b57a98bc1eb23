import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';
import type { DiskCopies } from './disk-copies.ts';
import { notFound, type Kind } from './errors.ts';
import type { InstanceLifecycle } from './instance-lifecycle.ts';
import type { NetworkSync } from './network-sync.ts';
import type { Ec2State } from './state.ts';

/** What every group of EC2's operations works with. */
export interface Ec2Context {
  readonly parts: Parts;
  readonly state: Ec2State;
  readonly network: NetworkSync;
  readonly lifecycle: InstanceLifecycle;
  readonly copies: DiskCopies;
}

/** The row behind an id, or EC2's error for a missing one. */
export function find<T>(rows: Collection<T>, kind: Kind, id: string | undefined): T {
  const row = id === undefined ? undefined : rows.get(id);
  if (!row) throw notFound(kind, id ?? '');
  return row;
}

/** All rows, or those of the given ids, each of which must exist. */
export function listed<T>(rows: Collection<T>, kind: Kind, ids: readonly string[] | undefined): T[] {
  return ids?.length ? ids.map((id) => find(rows, kind, id)) : [...rows.values()];
}

/** Ids and names of resources with their account and region. */
export const arn = ({ parts: { region, account } }: Ec2Context, resource: string): string =>
  `arn:aws:ec2:${region}:${account}:${resource}`;
