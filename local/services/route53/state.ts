import type { ResourceRecordSet, Tag } from '@aws-sdk/client-route-53';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';

/** What Route 53 keeps. Times are milliseconds since 1970. */
export interface DnsState {
  readonly zones: Collection<StoredZone>;
  readonly changes: Collection<StoredChange>;
}

export interface StoredZone {
  /** Without `/hostedzone/`. */
  id: string;
  /** Lower case, with the dot at its end. */
  name: string;
  comment: string;
  callerReference: string;
  nameServers: string[];
  tags: Tag[];
  /** In Route 53's order. */
  records: ResourceRecordSet[];
}

export interface StoredChange {
  id: string;
  submitted: number;
  comment: string;
}

export function dnsState({ store }: Parts): DnsState {
  return { zones: store.collection('route53.zone'), changes: store.collection('route53.change') };
}
