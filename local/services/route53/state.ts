import type { HealthCheckConfig, ResourceRecordSet, Tag } from '@aws-sdk/client-route-53';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';
import type { Opinion } from './health.ts';

/** What Route 53 keeps. Times are milliseconds since 1970. */
export interface DnsState {
  readonly zones: Collection<StoredZone>;
  readonly changes: Collection<StoredChange>;
  readonly healthChecks: Collection<StoredHealthCheck>;
  /** By health check: what each of its health checkers thinks, by the checker's region. */
  readonly opinions: Collection<Readonly<Record<string, Opinion>>>;
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
  /** The VPCs whose resolvers answer a private zone; undefined: the zone is public. */
  vpcIds?: string[];
}

export interface StoredHealthCheck {
  id: string;
  callerReference: string;
  version: number;
  config: HealthCheckConfig;
  tags: Tag[];
}

export interface StoredChange {
  id: string;
  submitted: number;
  comment: string;
}

export function dnsState({ store }: Parts): DnsState {
  return {
    zones: store.collection('route53.zone'),
    changes: store.collection('route53.change'),
    healthChecks: store.collection('route53.healthCheck'),
    opinions: store.collection('route53.opinion'),
  };
}
