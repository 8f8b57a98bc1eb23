import {
  and,
  anywhere,
  as,
  each,
  fromList,
  on,
  tagging,
  type Authorization,
} from '../../endpoint/authorization.ts';
import type { Parts } from '../parts.ts';
import type { AcmState } from './state.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscertificatemanager.html */
export function acmAuthorization({ region, account }: Parts, { certificates }: AcmState): Authorization {
  const unmade = `arn:aws:acm:${region}:${account}:certificate/*`;
  const certificate = on(({ CertificateArn = unmade }: { CertificateArn?: string }) => CertificateArn);
  return {
    prefix: 'acm',
    operations: {
      RequestCertificate: and(anywhere, (input: { Tags?: unknown }, call) =>
        input.Tags === undefined ? [] : as('AddTagsToCertificate', certificate)(input, call),
      ),
      ListCertificates: anywhere,
      ImportCertificate: tagging('AddTagsToCertificate', certificate),
      ...each(['DescribeCertificate', 'GetCertificate', 'DeleteCertificate'], certificate),
      ...each(['AddTagsToCertificate', 'RemoveTagsFromCertificate', 'ListTagsForCertificate'], certificate),
    },
    keys: {
      'acm:ValidationMethod': ({ ValidationMethod }: { ValidationMethod?: string }) => ValidationMethod,
      'acm:DomainNames': (input: { DomainName?: string; SubjectAlternativeNames?: string[] }) => [
        ...(input.DomainName === undefined ? [] : [input.DomainName]),
        ...(input.SubjectAlternativeNames ?? []),
      ],
    },
    tagsOf: (arn) => fromList(certificates.get(arn)?.tags),
  };
}
