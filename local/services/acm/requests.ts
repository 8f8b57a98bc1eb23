import { randomUUID } from 'node:crypto';
import type { RequestCertificateCommandInput, RequestCertificateCommandOutput } from '@aws-sdk/client-acm';
import type { KeyAlgorithm } from '../../authority.ts';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { invalid, unsupported } from './errors.ts';
import type { Issuing } from './issuing.ts';
import type { AcmState, StoredCertificate } from './state.ts';
import { checkTags } from './tags.ts';

const namesPerCertificate = 10;
const tokenMilliseconds = 3_600_000;

/** Requests for certificates that are validated by DNS. */
export function requestOperations(parts: Parts, state: AcmState, issuing: Issuing) {
  return {
    async RequestCertificate(
      input: RequestCertificateCommandInput,
    ): Promise<Answer<RequestCertificateCommandOutput>> {
      const names = checkNames(input);
      const keyAlgorithm = checkKeyAlgorithm(input.KeyAlgorithm);
      refuseUnbacked(input);
      const earlier = sameRequest(input.IdempotencyToken, names);
      if (earlier) return { CertificateArn: earlier.arn };
      const certificate: StoredCertificate = {
        arn: newArn(parts),
        type: 'AMAZON_ISSUED',
        names,
        keyAlgorithm,
        created: parts.clock.now(),
        ...(input.IdempotencyToken !== undefined && { idempotencyToken: input.IdempotencyToken }),
        tags: checkTags([], input.Tags ?? []),
        validated: [],
        timedOut: false,
      };
      state.certificates.set(certificate.arn, certificate);
      issuing.watch();
      return { CertificateArn: certificate.arn };
    },
  };

  /** The same token within an hour means the same request. */
  function sameRequest(token: string | undefined, names: readonly string[]): StoredCertificate | undefined {
    if (token === undefined) return undefined;
    return [...state.certificates.values()].find(
      (one) =>
        one.idempotencyToken === token &&
        parts.clock.now() - one.created < tokenMilliseconds &&
        one.names.join() === names.join(),
    );
  }
}

export const newArn = ({ region, account }: Parts): string =>
  `arn:aws:acm:${region}:${account}:certificate/${randomUUID()}`;

function checkNames({ DomainName, SubjectAlternativeNames = [] }: RequestCertificateCommandInput): string[] {
  const names = [
    ...new Set([DomainName ?? '', ...SubjectAlternativeNames].map((name) => name.toLowerCase())),
  ];
  for (const name of names) {
    if (!isDomainName(name)) {
      throw invalid(
        `The domain name '${name}' is not valid: it has labels of letters, digits and hyphens, at least two of them, and a wildcard only as its first label.`,
      );
    }
  }
  if (names.length > namesPerCertificate) {
    throw new AwsError(
      'LimitExceededException',
      `Error: Cannot request more than ${namesPerCertificate} domain names in this account.`,
    );
  }
  return names;
}

const isDomainName = (name: string): boolean =>
  name.length <= 253 &&
  /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);

function checkKeyAlgorithm(given: string | undefined): KeyAlgorithm {
  const algorithm = given ?? 'RSA_2048';
  if (algorithm === 'RSA_2048' || algorithm === 'EC_prime256v1' || algorithm === 'EC_secp384r1')
    return algorithm;
  throw unsupported(`The key algorithm ${algorithm}`);
}

function refuseUnbacked(input: RequestCertificateCommandInput): void {
  if (input.ValidationMethod !== 'DNS')
    throw unsupported(`Validation by ${input.ValidationMethod ?? 'EMAIL'}`);
  if (input.CertificateAuthorityArn !== undefined) throw unsupported('A private certificate authority');
  if (input.ManagedBy !== undefined) throw unsupported('ManagedBy');
  if (input.DomainValidationOptions?.length)
    throw new AwsError(
      'InvalidDomainValidationOptionsException',
      'DomainValidationOptions belong to validation by email, which is not supported by this region.',
    );
  checkOptions(input.Options ?? {});
}

/** Nothing can be exported: only the option that says so is true. */
function checkOptions({ Export, ...other }: NonNullable<RequestCertificateCommandInput['Options']>): void {
  if (Export === 'ENABLED') throw unsupported('Options.Export ENABLED');
  const [unbacked] = Object.entries(other).filter(([, value]) => value !== undefined);
  if (unbacked) throw unsupported(`Options.${unbacked[0]}`);
}
