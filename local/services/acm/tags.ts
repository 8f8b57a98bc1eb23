import type {
  AddTagsToCertificateCommandInput,
  ListTagsForCertificateCommandInput,
  ListTagsForCertificateCommandOutput,
  RemoveTagsFromCertificateCommandInput,
  Tag,
} from '@aws-sdk/client-acm';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { findCertificate, type AcmState } from './state.ts';

const tagsPerCertificate = 50;

/** Tags of certificates. */
export function tagOperations(state: AcmState) {
  return {
    async AddTagsToCertificate(input: AddTagsToCertificateCommandInput): Promise<Record<string, never>> {
      const certificate = findCertificate(state, input.CertificateArn);
      const tags = checkTags(certificate.tags, input.Tags ?? []);
      state.certificates.set(certificate.arn, { ...certificate, tags });
      return {};
    },

    async RemoveTagsFromCertificate(
      input: RemoveTagsFromCertificateCommandInput,
    ): Promise<Record<string, never>> {
      const certificate = findCertificate(state, input.CertificateArn);
      // A tag given with a value is removed only if it has that value.
      const isGone = ({ Key, Value }: Tag) =>
        (input.Tags ?? []).some((one) => one.Key === Key && (one.Value ?? Value) === Value);
      const tags = certificate.tags.filter((tag) => !isGone(tag));
      state.certificates.set(certificate.arn, { ...certificate, tags });
      return {};
    },

    async ListTagsForCertificate(
      input: ListTagsForCertificateCommandInput,
    ): Promise<Answer<ListTagsForCertificateCommandOutput>> {
      return { Tags: [...findCertificate(state, input.CertificateArn).tags] };
    },
  };
}

/** The tags after some were added; throws AWS's refusals. */
export function checkTags(current: readonly Tag[], added: readonly Tag[]): Tag[] {
  for (const { Key = '', Value = '' } of added) {
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(Key) || /^aws:/i.test(Key) || Value.length > 256)
      throw new AwsError('InvalidTagException', `The tag '${Key}' is not valid.`);
  }
  const keys = new Set(added.map(({ Key }) => Key));
  const tags = [
    ...current.filter(({ Key }) => !keys.has(Key)),
    ...added.map(({ Key, Value = '' }) => ({ Key, Value })),
  ];
  if (tags.length > tagsPerCertificate)
    throw new AwsError('TooManyTagsException', `A certificate can have at most ${tagsPerCertificate} tags.`);
  return tags;
}
