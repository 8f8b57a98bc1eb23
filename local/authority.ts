import type { webcrypto } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The region's certificate authority: what Amazon Trust Services is to AWS. Made when it is first asked. */
export interface Authority {
  /** In PEM; every instance trusts it. */
  rootCertificate(): Promise<string>;
  /** A server certificate for names, `*.` in front allowed, signed by the root. */
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
}

export interface CertificateRequest {
  /** The first is the subject's common name too. */
  readonly names: readonly [string, ...string[]];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Default: elliptic curve P-256. */
  readonly keyAlgorithm?: KeyAlgorithm | undefined;
}

export type KeyAlgorithm = 'EC_prime256v1' | 'EC_secp384r1' | 'RSA_2048';

/** All in PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly privateKey: string;
  /** The certificates between it and the root, the root included. */
  readonly chain: string;
  /** Hexadecimal. */
  readonly serialNumber: string;
}

const rootName = 'CN=Local Cloud Root CA 1, O=Local Cloud';
const rootYears = 20;
const signing = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const keyAlgorithms = {
  EC_prime256v1: { name: 'ECDSA', namedCurve: 'P-256' },
  EC_secp384r1: { name: 'ECDSA', namedCurve: 'P-384' },
  RSA_2048: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  },
} as const;

interface Root {
  readonly certificate: string;
  readonly privateKey: string;
}

/** The authority whose root is kept in a folder. */
export function createAuthority(folder: string): Authority {
  let made: Promise<Root> | undefined;
  const root = (): Promise<Root> => (made ??= openRoot(folder));
  return {
    rootCertificate: async () => (await root()).certificate,
    issue: async (request) => issue(await root(), request),
  };
}

async function openRoot(folder: string): Promise<Root> {
  const file = join(folder, 'authority.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Root;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const root = await makeRoot();
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.part`, JSON.stringify(root), { mode: 0o600 });
  renameSync(`${file}.part`, file);
  return root;
}

async function makeRoot(): Promise<Root> {
  const x509 = await load();
  const keys = await crypto.subtle.generateKey(signing, true, ['sign', 'verify']);
  const notBefore = new Date(Date.now() - oneDay);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: rootName,
    keys,
    notBefore,
    notAfter: new Date(notBefore.getTime() + rootYears * 365 * oneDay),
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString('pem'), privateKey: await privatePem(keys.privateKey) };
}

const oneDay = 24 * 60 * 60 * 1000;

async function issue(root: Root, request: CertificateRequest): Promise<IssuedCertificate> {
  const x509 = await load();
  const authority = new x509.X509Certificate(root.certificate);
  const algorithm = keyAlgorithms[request.keyAlgorithm ?? 'EC_prime256v1'];
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${request.names[0]}`,
    issuer: authority.subject,
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    publicKey: keys.publicKey,
    signingKey: await signingKey(root.privateKey),
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
        true,
      ),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension(request.names.map((value) => ({ type: 'dns', value }))),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  return {
    certificate: certificate.toString('pem'),
    privateKey: await privatePem(keys.privateKey),
    chain: root.certificate,
    serialNumber: certificate.serialNumber,
  };
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${bytes.replace(/.{1,64}/g, '$&\n')}-----END PRIVATE KEY-----\n`;
}

function signingKey(pem: string): Promise<webcrypto.CryptoKey> {
  const bytes = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  return crypto.subtle.importKey('pkcs8', bytes, signing, false, ['sign']);
}

/** The library looks for metadata of decorators, finds none, and only wants to have been able to ask. */
async function load() {
  const reflect = Reflect as { getMetadata?: () => undefined; getOwnMetadata?: () => undefined };
  reflect.getMetadata ??= () => undefined;
  reflect.getOwnMetadata ??= () => undefined;
  return import('@peculiar/x509');
}
