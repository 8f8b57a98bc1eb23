import type { ACM, CertificateDetail } from '@aws-sdk/client-acm';
import type { Properties, Value } from '../../../protocol/values.ts';
import { object, set, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';

const gone = ['ResourceNotFoundException'];

/** AWS adds the domain name itself to the alternative names. */
const sameNames = (desired: Value, actual: Value): boolean =>
  Array.isArray(desired) &&
  Array.isArray(actual) &&
  desired.every((name) => actual.includes(name)) &&
  actual.length - desired.length <= 1;

const inputs = {
  domainName: string({ replaces: true, computed: true }),
  subjectAlternativeNames: set(string(), { replaces: true, computed: true, same: sameNames }),
  validationMethod: string({ replaces: true, computed: true, values: ['DNS', 'EMAIL'] }),
  keyAlgorithm: string({ replaces: true, computed: true }),
  options: object(
    { export: string({ computed: true, values: ['ENABLED', 'DISABLED'] }) },
    { computed: true },
  ),
  certificateBody: string(),
  certificateChain: string(),
  privateKey: string({ hidden: true }),
  tags: tags(),
};
type CertificateInputs = Inputs<typeof inputs>;

export default regional({
  type: 'aws:acm/certificate:Certificate',
  inputs,
  secrets: ['privateKey'],
  check: ({ domainName, certificateBody, privateKey }) => {
    if ((domainName === undefined) === (certificateBody === undefined))
      return [
        { property: 'domainName', reason: ': exactly one of domainName and certificateBody is needed' },
      ];
    return certificateBody !== undefined && privateKey === undefined
      ? [{ property: 'privateKey', reason: 'is required with certificateBody' }]
      : [];
  },

  async create(given, context) {
    const acm = await context.clients.acm();
    const Tags = toTags(given.tags);
    const { CertificateArn = '' } =
      given.domainName === undefined
        ? await acm.importCertificate({ ...toImport(given), ...(Tags.length > 0 && { Tags }) })
        : await acm.requestCertificate({ ...toRequest(given), ...(Tags.length > 0 && { Tags }) });
    context.created(CertificateArn);
    // The records that validate it are made a moment after it.
    await context.until(`certificate ${CertificateArn} has no validation records yet`, async () => {
      const found = await describe(acm, CertificateArn);
      const isWhole = found?.DomainValidationOptions?.every(({ ResourceRecord }) => ResourceRecord);
      return found?.Type === 'IMPORTED' || isWhole ? true : undefined;
    });
    return CertificateArn;
  },

  async read(id, context, known) {
    const acm = await context.clients.acm();
    const found = await ifFound(gone, () => describe(acm, id));
    if (!found) return undefined;
    const { Tags } = await acm.listTagsForCertificate({ CertificateArn: id });
    const imported = found.Type === 'IMPORTED' ? await importedText(acm, id, known.state) : {};
    return { arn: id, ...fromDetail(found), ...imported, ...fromTags(Tags) };
  },

  async update(id, { olds, news, changed }, context) {
    const acm = await context.clients.acm();
    if (changed('certificateBody', 'certificateChain', 'privateKey'))
      await acm.importCertificate({ CertificateArn: id, ...toImport(news) });
    if (!changed('tags')) return;
    const { set: added, removed } = tagChanges(olds, news.tags);
    if (removed.length > 0)
      await acm.removeTagsFromCertificate({ CertificateArn: id, Tags: removed.map((Key) => ({ Key })) });
    if (Object.keys(added).length > 0)
      await acm.addTagsToCertificate({ CertificateArn: id, Tags: toTags(added) });
  },

  async delete(id, context) {
    await deleteUnused(context, id);
  },
});

/** A load balancer lets go of a certificate a while after its listener is gone. */
async function deleteUnused(context: Context, id: string): Promise<void> {
  const acm = await context.clients.acm();
  await context.until(`certificate ${id} is still in use`, async () => {
    const found = await ifFound(gone, () => describe(acm, id));
    return (found?.InUseBy ?? []).length === 0 ? true : undefined;
  });
  await ifFound(gone, () => acm.deleteCertificate({ CertificateArn: id }));
}

async function describe(acm: ACM, CertificateArn: string): Promise<CertificateDetail | undefined> {
  return (await acm.describeCertificate({ CertificateArn })).Certificate;
}

const toRequest = (given: CertificateInputs) => ({
  DomainName: given.domainName ?? '',
  SubjectAlternativeNames: given.subjectAlternativeNames && [...given.subjectAlternativeNames],
  ValidationMethod: (given.validationMethod ?? 'DNS') as 'DNS',
  KeyAlgorithm: given.keyAlgorithm as 'RSA_2048' | undefined,
  ...(given.options?.export !== undefined && { Options: { Export: given.options.export as 'DISABLED' } }),
});

const toImport = ({ certificateBody = '', certificateChain, privateKey = '' }: CertificateInputs) => ({
  Certificate: Buffer.from(certificateBody),
  PrivateKey: Buffer.from(privateKey),
  CertificateChain: certificateChain === undefined ? undefined : Buffer.from(certificateChain),
});

/** What is presented, spelled as the program did if it is the same. */
async function importedText(acm: ACM, CertificateArn: string, state: Properties): Promise<Properties> {
  const { Certificate, CertificateChain } = await acm.getCertificate({ CertificateArn });
  const same = (known: unknown, found: string | undefined) =>
    typeof known === 'string' && known.trim() === (found ?? '').trim() ? known : found;
  return {
    certificateBody: same(state.certificateBody, Certificate),
    certificateChain: CertificateChain ? same(state.certificateChain, CertificateChain) : undefined,
  };
}

function fromDetail(found: CertificateDetail): Properties {
  const isIssued = found.Type === 'AMAZON_ISSUED';
  return {
    domainName: found.DomainName,
    subjectAlternativeNames: [...(found.SubjectAlternativeNames ?? [])].sort(),
    validationMethod: isIssued ? found.DomainValidationOptions?.[0]?.ValidationMethod : 'NONE',
    keyAlgorithm: found.KeyAlgorithm,
    options: { export: found.Options?.Export ?? 'DISABLED' },
    status: found.Status,
    type: found.Type,
    renewalEligibility: found.RenewalEligibility,
    notBefore: found.NotBefore?.toISOString() ?? '',
    notAfter: found.NotAfter?.toISOString() ?? '',
    pendingRenewal: false,
    validationEmails: [],
    domainValidationOptions: (found.DomainValidationOptions ?? []).map((option) => ({
      domainName: option.DomainName,
      resourceRecordName: option.ResourceRecord?.Name,
      resourceRecordType: option.ResourceRecord?.Type,
      resourceRecordValue: option.ResourceRecord?.Value,
    })),
    renewalSummaries: (found.RenewalSummary ? [found.RenewalSummary] : []).map((summary) => ({
      renewalStatus: summary.RenewalStatus,
      renewalStatusReason: summary.RenewalStatusReason ?? '',
      updatedAt: summary.UpdatedAt?.toISOString(),
    })),
  };
}
