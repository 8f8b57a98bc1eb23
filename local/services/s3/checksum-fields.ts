import { checksumAlgorithms, type ChecksumAlgorithm } from '../../endpoint/checksums.ts';
import { invalidRequest } from './errors.ts';
import type { StoredChecksum } from './state.ts';

interface ChecksumInput {
  readonly ChecksumAlgorithm?: string | undefined;
  readonly ChecksumCRC32?: string | undefined;
  readonly ChecksumCRC32C?: string | undefined;
  readonly ChecksumSHA1?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
}

/** The algorithm of an upload's checksum: named, or shown by the one that is given. */
export function algorithmOf(input: ChecksumInput): ChecksumAlgorithm | undefined {
  const named = input.ChecksumAlgorithm?.toUpperCase();
  if (named === undefined)
    return checksumAlgorithms.find((algorithm) => input[`Checksum${algorithm}`] !== undefined);
  const known = checksumAlgorithms.find((algorithm) => algorithm === named);
  if (!known) throw invalidRequest(`local cloud: s3 does not implement the checksum algorithm ${named}`);
  return known;
}

/** A checksum as the members of an answer. */
export function checksumFields(checksum: Omit<StoredChecksum, 'type'> | undefined): Record<string, string> {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value } : {};
}
