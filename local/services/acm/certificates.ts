import { X509Certificate } from 'node:crypto';
import type {
  CertificateDetail,
  CertificateStatus,
  CertificateSummary,
  DeleteCertificateCommandInput,
  DescribeCertificateCommandInput,
  DescribeCertificateCommandOutput,
  DomainValidation,
  GetCertificateCommandInput,
  GetCertificateCommandOutput,
  ListCertificatesCommandInput,
  ListCertificatesCommandOutput,
} from '@aws-sdk/client-acm';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { inUse, invalid, unsupported } from './errors.ts';
import { isPending } from './issuing.ts';
import { findCertificate, type AcmState, type Issued, type StoredCertificate } from './state.ts';
import { validationRecord } from './validation.ts';

/** Certificates: how they are, what they say, and their end. */
export function certificateOperations(
  parts: Parts,
  state: AcmState,
  usersOf: (arn: string) => readonly string[],
) {
  const statusNow = (certificate: StoredCertificate) => statusOf(certificate, parts.clock.now());

  return {
    async DescribeCertificate(
      input: DescribeCertificateCommandInput,
    ): Promise<Answer<DescribeCertificateCommandOutput>> {
      const certificate = findCertificate(state, input.CertificateArn);
      return { Certificate: detail(certificate, usersOf(certificate.arn), parts) };
    },

    async ListCertificates(
      input: ListCertificatesCommandInput,
    ): Promise<Answer<ListCertificatesCommandOutput>> {
      const { keyTypes = ['RSA_1024', 'RSA_2048'], ...other } = input.Includes ?? {};
      const unbacked = Object.entries(other).find(([, value]) => value !== undefined)?.[0];
      if (unbacked !== undefined) throw unsupported(`Includes.${unbacked}`);
      const all = [...state.certificates.values()].filter(
        (one) =>
          keyTypes.includes(one.keyAlgorithm) &&
          (!input.CertificateStatuses || input.CertificateStatuses.includes(statusNow(one))),
      );
      const sorted = input.SortOrder === 'DESCENDING' ? all.toReversed() : all;
      const { items, nextToken } = page(sorted, input.MaxItems ?? 1000, input.NextToken, () =>
        invalid('The NextToken is not valid.'),
      );
      return {
        CertificateSummaryList: items.map((one) => summary(one, usersOf(one.arn), parts)),
        ...(nextToken && { NextToken: nextToken }),
      };
    },

    async GetCertificate(input: GetCertificateCommandInput): Promise<Answer<GetCertificateCommandOutput>> {
      const { arn, issued } = findCertificate(state, input.CertificateArn);
      if (!issued) throw new AwsError('RequestInProgressException', `Certificate ${arn} is not issued yet.`);
      return { Certificate: issued.certificate, CertificateChain: issued.chain };
    },

    async DeleteCertificate(input: DeleteCertificateCommandInput): Promise<Record<string, never>> {
      const { arn } = findCertificate(state, input.CertificateArn);
      if (usersOf(arn).length > 0) throw inUse(arn);
      state.certificates.delete(arn);
      return {};
    },
  };
}

export function statusOf(certificate: StoredCertificate, now: number): CertificateStatus {
  if (certificate.timedOut) return 'VALIDATION_TIMED_OUT';
  if (isPending(certificate)) return 'PENDING_VALIDATION';
  return (certificate.issued?.notAfter ?? 0) <= now ? 'EXPIRED' : 'ISSUED';
}

function detail(certificate: StoredCertificate, users: readonly string[], parts: Parts): CertificateDetail {
  const { issued, type, names, renewal } = certificate;
  const isOurs = type === 'AMAZON_ISSUED';
  return {
    CertificateArn: certificate.arn,
    DomainName: names[0],
    SubjectAlternativeNames: [...names],
    Status: statusOf(certificate, parts.clock.now()),
    Type: type,
    KeyAlgorithm: certificate.keyAlgorithm,
    InUseBy: [...users],
    CreatedAt: new Date(certificate.created),
    RenewalEligibility: isOurs && users.length > 0 ? 'ELIGIBLE' : 'INELIGIBLE',
    ...(isOurs && {
      DomainValidationOptions: validations(certificate, parts),
      Options: { Export: 'DISABLED' },
    }),
    ...(issued && { ...contents(issued), [isOurs ? 'IssuedAt' : 'ImportedAt']: new Date(issued.at) }),
    ...(renewal && {
      RenewalSummary: {
        RenewalStatus: renewal.status,
        UpdatedAt: new Date(renewal.at),
        DomainValidationOptions: validations(certificate, parts),
      },
    }),
  };
}

function validations(
  { names, validated, timedOut }: StoredCertificate,
  { account }: Parts,
): DomainValidation[] {
  return names.map((name) => ({
    DomainName: name,
    ValidationDomain: name,
    ValidationMethod: 'DNS',
    ValidationStatus: validated.includes(name) ? 'SUCCESS' : timedOut ? 'FAILED' : 'PENDING_VALIDATION',
    ResourceRecord: validationRecord(account, name),
  }));
}

function contents({ certificate }: Issued): Partial<CertificateDetail> {
  const read = new X509Certificate(certificate);
  return {
    Serial: (read.serialNumber.toLowerCase().match(/../g) ?? []).join(':'),
    Subject: read.subject,
    Issuer: /(?:^|\n)CN=(.+)/.exec(read.issuer)?.[1] ?? read.issuer,
    NotBefore: read.validFromDate,
    NotAfter: read.validToDate,
  };
}

function summary(certificate: StoredCertificate, users: readonly string[], parts: Parts): CertificateSummary {
  const { arn, names, type, keyAlgorithm, created, issued } = certificate;
  return {
    CertificateArn: arn,
    DomainName: names[0],
    SubjectAlternativeNameSummaries: [...names],
    HasAdditionalSubjectAlternativeNames: false,
    Status: statusOf(certificate, parts.clock.now()),
    Type: type,
    KeyAlgorithm: keyAlgorithm,
    InUse: users.length > 0,
    CreatedAt: new Date(created),
    ...(issued && { NotAfter: new Date(issued.notAfter) }),
  };
}
