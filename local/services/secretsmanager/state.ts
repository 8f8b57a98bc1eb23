import type { RotationRulesType, Tag } from '@aws-sdk/client-secrets-manager';
import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';

/** What Secrets Manager keeps, by name. Times are milliseconds since 1970. */
export interface SecretState {
  readonly secrets: Collection<StoredSecret>;
}

export interface StoredSecret {
  readonly name: string;
  readonly arn: string;
  readonly created: number;
  description?: string;
  kmsKeyId?: string;
  changed: number;
  /** The day it was last read, at midnight, as AWS tells it. */
  accessed?: number;
  /** When it will be gone; absent: it is not being deleted. */
  deletion?: number;
  /** The service that made it and alone may change its value: `rds`. */
  readonly owner?: string;
  rotation?: { readonly rules: RotationRulesType; readonly last?: number; readonly next?: number };
  policy?: string;
  tags: Tag[];
  versions: StoredVersion[];
}

export interface StoredVersion {
  readonly id: string;
  readonly created: number;
  /** `AWSCURRENT`, `AWSPREVIOUS`, `AWSPENDING` or words of the owner's; none: it is deprecated. */
  readonly stages: readonly string[];
  readonly text?: string;
  /** Base64. */
  readonly binary?: string;
}

export function secretState({ store }: Parts): SecretState {
  return { secrets: store.collection('secretsmanager.secret') };
}
