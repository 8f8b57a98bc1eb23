import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { ImportCertificateCommandInput, ImportCertificateCommandOutput } from '@aws-sdk/client-acm';
import type { KeyAlgorithm } from '../../authority.ts';
import type { Answer } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { invalid, unsupported } from './errors.ts';
import { newArn } from './requests.ts';
import { findCertificate, type AcmState, type StoredCertificate } from './state.ts';
import { checkTags } from './tags.ts';

/** Certificates that somebody else issued. */
export function importOperations(parts: Parts, state: AcmState, onChange: (arn: string) => void) {
  return {
    async ImportCertificate(
      input: ImportCertificateCommandInput,
    ): Promise<Answer<ImportCertificateCommandOutput>> {
      const { certificate, key, chain } = readAll(input);
      if (certificate.validToDate.getTime() <= parts.clock.now())
        throw invalid('The certificate field contains more than one certificate or one that has expired.');
      const earlier = input.CertificateArn === undefined ? undefined : replaced(input);
      const arn = earlier?.arn ?? newArn(parts);
      const stored: StoredCertificate = {
        arn,
        type: 'IMPORTED',
        names: namesOf(certificate),
        keyAlgorithm: algorithmOf(certificate),
        created: earlier?.created ?? parts.clock.now(),
        tags: earlier?.tags ?? checkTags([], input.Tags ?? []),
        issued: {
          at: parts.clock.now(),
          key: key.export({ type: 'pkcs8', format: 'pem' }) as string,
          certificate: certificate.toString(),
          chain: chain.map(String).join(''),
          notAfter: certificate.validToDate.getTime(),
        },
        validated: [],
        timedOut: false,
      };
      state.certificates.set(arn, stored);
      onChange(arn);
      return { CertificateArn: arn };
    },
  };

  function replaced(input: ImportCertificateCommandInput): StoredCertificate {
    const earlier = findCertificate(state, input.CertificateArn);
    if (earlier.type !== 'IMPORTED')
      throw invalid(`The certificate ${earlier.arn} was not imported and cannot be replaced by an import.`);
    if (input.Tags?.length) throw invalid('Tags cannot be changed when a certificate is imported again.');
    return earlier;
  }
}

function readAll(input: ImportCertificateCommandInput): {
  certificate: X509Certificate;
  key: KeyObject;
  chain: X509Certificate[];
} {
  const [certificate, ...more] = certificatesIn(textOf(input.Certificate), 'certificate');
  if (!certificate) throw invalid('The certificate body is not a valid PEM certificate.');
  if (more.length > 0) throw invalid('The certificate field contains more than one certificate.');
  const key = readKey(textOf(input.PrivateKey));
  if (!certificate.checkPrivateKey(key))
    throw invalid('The certificate body and the private key do not match: they are of different key pairs.');
  const chain = certificatesIn(textOf(input.CertificateChain), 'certificate chain');
  [certificate, ...chain].reduce((below, above) => {
    if (!below.checkIssued(above) || !below.verify(above.publicKey))
      throw invalid(`Could not validate the certificate with the certificate chain.`);
    return above;
  });
  return { certificate, key, chain };
}

const textOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

function certificatesIn(text: string, what: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw invalid(`The ${what} is not valid PEM.`);
  }
}

function readKey(text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    throw invalid('The private key is not supported: it must be PEM, and without a passphrase.');
  }
}

function namesOf(certificate: X509Certificate): string[] {
  const alternatives = [...(certificate.subjectAltName ?? '').matchAll(/DNS:([^,\s]+)/g)].map(
    ([, name = '']) => name,
  );
  const common = /^CN=(.+)$/m.exec(certificate.subject)?.[1];
  const names = [...new Set([...(common === undefined ? [] : [common]), ...alternatives])];
  if (names.length === 0) throw invalid('The certificate names no domain.');
  return names;
}

function algorithmOf({ publicKey }: X509Certificate): KeyAlgorithm {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength === 2048) return 'RSA_2048';
  if (namedCurve === 'prime256v1') return 'EC_prime256v1';
  if (namedCurve === 'secp384r1') return 'EC_secp384r1';
  throw unsupported(`A key of ${String(modulusLength ?? namedCurve)}`);
}
