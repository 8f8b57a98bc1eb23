import type { ACM } from '@aws-sdk/client-acm';
import { required, set, string } from '../../../resource/schema.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';

const gone = ['ResourceNotFoundException'];

/** No thing of AWS's: it is there as soon as the certificate is issued, and what needs it waits so long. */
export default regional({
  type: 'aws:acm/certificateValidation:CertificateValidation',
  inputs: {
    certificateArn: required(string({ replaces: true })),
    validationRecordFqdns: set(string(), { replaces: true, hidden: true }),
  },

  async create({ certificateArn, validationRecordFqdns }, context) {
    const acm = await context.clients.acm();
    const { DomainValidationOptions = [], Type } = (await describe(acm, certificateArn)) ?? {};
    if (Type !== 'AMAZON_ISSUED')
      throw new Error(
        `${certificateArn} is not a certificate that ACM issues: there is nothing to validate.`,
      );
    const given = new Set(validationRecordFqdns?.map(bare));
    const missing = DomainValidationOptions.map(({ ResourceRecord }) =>
      bare(ResourceRecord?.Name ?? ''),
    ).filter((name) => !given.has(name));
    if (validationRecordFqdns && missing.length > 0)
      throw new Error(`validationRecordFqdns lacks ${[...new Set(missing)].join(', ')}.`);
    return await context.until(`certificate ${certificateArn} is not issued yet`, async () => {
      const found = await describe(acm, certificateArn);
      if (found?.Status === 'PENDING_VALIDATION') return undefined;
      if (found?.Status === 'ISSUED') return found.IssuedAt?.toISOString();
      throw new Error(
        `Certificate ${certificateArn} is ${found?.Status ?? 'gone'}${found?.FailureReason ? `: ${found.FailureReason}` : ''}.`,
      );
    });
  },

  async read(_, context, known) {
    const acm = await context.clients.acm();
    const arn = known.state.certificateArn ?? known.inputs.certificateArn;
    if (typeof arn !== 'string') return undefined;
    const found = await ifFound(gone, () => describe(acm, arn));
    return found?.Status === 'ISSUED' ? { certificateArn: arn } : undefined;
  },

  async update() {
    throw new Error('Every change of a validation makes a new one.');
  },

  async delete() {
    // There is nothing to delete: the certificate stays issued.
  },
});

async function describe(acm: ACM, CertificateArn: string) {
  return (await acm.describeCertificate({ CertificateArn })).Certificate;
}

const bare = (name: string): string => name.replace(/\.$/, '').toLowerCase();
