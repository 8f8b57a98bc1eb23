import type { Certificate, CreateListenerCommandInput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { unsupported, validation } from './errors.ts';
import { defaultPolicy, findPolicy } from './ssl-policies.ts';
import type { ListenerTls } from './state.ts';

type Given = Pick<
  CreateListenerCommandInput,
  'Protocol' | 'Certificates' | 'SslPolicy' | 'AlpnPolicy' | 'MutualAuthentication'
>;

/** What makes a listener an HTTPS listener; undefined: it is one for HTTP. */
export function checkTls(
  given: Given,
  current: ListenerTls | undefined,
  { services }: Parts,
): ListenerTls | undefined {
  refuseUnbacked(given);
  const protocol = given.Protocol ?? (current ? 'HTTPS' : 'HTTP');
  const certificates = given.Certificates ?? [];
  if (protocol === 'HTTP') {
    if (certificates.length > 0) throw validation('A certificate cannot be specified for HTTP listeners');
    if (given.SslPolicy !== undefined)
      throw validation('An SSL policy cannot be specified for HTTP listeners');
    return undefined;
  }
  if (certificates.length > 1) {
    throw new AwsError('TooManyCertificates', 'Exactly one default certificate must be specified');
  }
  const arn = certificates[0] ? checkCertificate(certificates[0], services.acm) : current?.certificateArn;
  if (arn === undefined) throw validation('A certificate must be specified for HTTPS listeners');
  const { name } = findPolicy(given.SslPolicy ?? current?.sslPolicy ?? defaultPolicy);
  return { certificateArn: arn, moreCertificateArns: current?.moreCertificateArns ?? [], sslPolicy: name };
}

function refuseUnbacked({ Protocol, AlpnPolicy, MutualAuthentication }: Given): void {
  if (Protocol !== undefined && Protocol !== 'HTTP' && Protocol !== 'HTTPS')
    throw unsupported(`A listener of protocol ${Protocol}`);
  if (AlpnPolicy?.length) throw unsupported('AlpnPolicy of an HTTP or HTTPS listener');
  if (MutualAuthentication !== undefined && MutualAuthentication.Mode !== 'off')
    throw unsupported('MutualAuthentication');
}

/** The ARN of a certificate that can be presented: it exists, and it is issued. */
export function checkCertificate(
  { CertificateArn: arn = '', IsDefault }: Certificate,
  acm: Parts['services']['acm'],
): string {
  if (IsDefault !== undefined) throw validation('IsDefault cannot be specified');
  if (acm.certificate(arn)) return arn;
  // Asked of Certificate Manager, which knows those that are not issued yet.
  if (acm.hasCertificate(arn)) {
    throw new AwsError(
      'UnsupportedCertificate',
      `The certificate '${arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.`,
    );
  }
  throw new AwsError('CertificateNotFound', `Certificate '${arn}' not found`);
}
