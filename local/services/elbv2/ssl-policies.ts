import type { SslPolicy } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../endpoint/service.ts';

/** Security policies of HTTPS listeners: which versions of TLS and which ciphers clients may use. */
export interface TlsPolicy {
  readonly name: string;
  readonly minimum: 'TLSv1.0' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  readonly maximum: 'TLSv1.2' | 'TLSv1.3';
  /** Ciphers up to TLS 1.2, by OpenSSL's names. */
  readonly ciphers: readonly string[];
}

/** The default of the API, which is older than the console's. */
export const defaultPolicy = 'ELBSecurityPolicy-2016-08';

const withBothKeys = (...ends: string[]): string[] =>
  ends.flatMap((end) => [`ECDHE-ECDSA-${end}`, `ECDHE-RSA-${end}`]);
const restricted = withBothKeys('AES128-GCM-SHA256', 'AES256-GCM-SHA384');
const forward = [...restricted, ...withBothKeys('AES128-SHA256', 'AES256-SHA384')];
const plain = ['AES128-GCM-SHA256', 'AES128-SHA256', 'AES256-GCM-SHA384', 'AES256-SHA256'];
const old = [...withBothKeys('AES128-SHA', 'AES256-SHA'), 'AES128-SHA', 'AES256-SHA'];
const newCiphers = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];

const policies: readonly TlsPolicy[] = [
  policy('2016-08', 'TLSv1.0', 'TLSv1.2', [...forward, ...plain, ...old]),
  policy('TLS-1-1-2017-01', 'TLSv1.1', 'TLSv1.2', [...forward, ...plain, ...old]),
  policy('TLS-1-2-2017-01', 'TLSv1.2', 'TLSv1.2', [...forward, ...plain]),
  policy('FS-1-2-Res-2020-10', 'TLSv1.2', 'TLSv1.2', restricted),
  policy('TLS13-1-0-2021-06', 'TLSv1.0', 'TLSv1.3', [...forward, ...plain, ...old]),
  policy('TLS13-1-1-2021-06', 'TLSv1.1', 'TLSv1.3', [...forward, ...plain, ...old]),
  policy('TLS13-1-2-2021-06', 'TLSv1.2', 'TLSv1.3', forward),
  policy('TLS13-1-2-Res-2021-06', 'TLSv1.2', 'TLSv1.3', restricted),
  policy('TLS13-1-3-2021-06', 'TLSv1.3', 'TLSv1.3', []),
];

function policy(
  name: string,
  minimum: TlsPolicy['minimum'],
  maximum: TlsPolicy['maximum'],
  ciphers: readonly string[],
): TlsPolicy {
  return { name: `ELBSecurityPolicy-${name}`, minimum, maximum, ciphers };
}

export function findPolicy(name: string): TlsPolicy {
  const found = policies.find((one) => one.name === name);
  if (!found) throw new AwsError('SSLPolicyNotFound', `SSL policy '${name}' not found`);
  return found;
}

export const describePolicies = (names: readonly string[] | undefined): SslPolicy[] =>
  (names ? names.map(findPolicy) : policies).map(view);

const versions = ['TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

function view({ name, minimum, maximum, ciphers }: TlsPolicy): SslPolicy {
  const all = [...(maximum === 'TLSv1.3' ? newCiphers : []), ...ciphers];
  return {
    Name: name,
    SslProtocols: versions
      .slice(versions.indexOf(minimum), versions.indexOf(maximum) + 1)
      .map((version) => (version === 'TLSv1.0' ? 'TLSv1' : version)),
    Ciphers: all.map((Name, index) => ({ Name, Priority: index + 1 })),
    SupportedLoadBalancerTypes: ['application'],
  };
}
