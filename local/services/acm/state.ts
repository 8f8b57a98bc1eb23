import type { Tag } from '@aws-sdk/client-acm';
import type { KeyAlgorithm } from '../../authority.ts';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';
import { notFound } from './errors.ts';

/** What Certificate Manager keeps, by ARN. Times are milliseconds since 1970. */
export interface AcmState {
  readonly certificates: Collection<StoredCertificate>;
}

export interface StoredCertificate {
  readonly arn: string;
  readonly type: 'AMAZON_ISSUED' | 'IMPORTED';
  /** The first one is the domain name that was asked for. */
  readonly names: readonly string[];
  readonly keyAlgorithm: KeyAlgorithm;
  readonly created: number;
  readonly idempotencyToken?: string;
  readonly tags: readonly Tag[];
  /** Undefined as long as the names are not validated. */
  readonly issued?: Issued;
  /** Names whose record was found. */
  readonly validated: readonly string[];
  /** Nobody made the records in time. */
  readonly timedOut: boolean;
  readonly renewal?: Renewal;
}

export interface Issued {
  readonly at: number;
  /** All as PEM. */
  readonly key: string;
  readonly certificate: string;
  readonly chain: string;
  readonly notAfter: number;
}

export interface Renewal {
  readonly status: 'PENDING_VALIDATION' | 'SUCCESS';
  readonly at: number;
}

export const acmState = ({ store }: Parts): AcmState => ({
  certificates: store.collection('acm.certificate'),
});

export function findCertificate(state: AcmState, arn: string | undefined): StoredCertificate {
  const found = state.certificates.get(arn ?? '');
  if (!found) throw notFound(arn ?? '');
  return found;
}
