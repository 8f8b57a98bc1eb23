import type {
  AddListenerCertificatesCommandInput,
  AddListenerCertificatesCommandOutput,
  DescribeListenerCertificatesCommandInput,
  DescribeListenerCertificatesCommandOutput,
  DescribeSSLPoliciesCommandInput,
  DescribeSSLPoliciesCommandOutput,
  RemoveListenerCertificatesCommandInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import type { Balancing } from './balancing.ts';
import { invalidMarker, notPermitted, unsupported, validation } from './errors.ts';
import { checkCertificate } from './listener-tls.ts';
import { findListener } from './listeners.ts';
import { describePolicies } from './ssl-policies.ts';
import type { ElbState, ListenerTls, StoredListener } from './state.ts';

/** Besides the default one. */
const certificatesPerListener = 25;

/** Further certificates of HTTPS listeners, of which a client's server name chooses one. */
export function listenerCertificateOperations(parts: Parts, state: ElbState, balancing: Balancing) {
  return {
    async AddListenerCertificates(
      input: AddListenerCertificatesCommandInput,
    ): Promise<Answer<AddListenerCertificatesCommandOutput>> {
      const { listener, tls } = findSecure(input.ListenerArn);
      const given = input.Certificates ?? [];
      if (given.length === 0) throw validation('A certificate must be specified');
      const arns = given.map((one) => checkCertificate(one, parts.services.acm));
      const all = [...new Set([...tls.moreCertificateArns, ...arns])];
      if (all.length > certificatesPerListener)
        throw new AwsError('TooManyCertificates', 'The maximum number of certificates has been reached');
      await change(listener, { ...tls, moreCertificateArns: all });
      return { Certificates: arns.map((CertificateArn) => ({ CertificateArn, IsDefault: false })) };
    },

    async RemoveListenerCertificates(
      input: RemoveListenerCertificatesCommandInput,
    ): Promise<Record<string, never>> {
      const { listener, tls } = findSecure(input.ListenerArn);
      const gone = new Set((input.Certificates ?? []).map(({ CertificateArn = '' }) => CertificateArn));
      if (gone.has(tls.certificateArn))
        throw notPermitted('The default certificate of a listener cannot be removed');
      const rest = tls.moreCertificateArns.filter((arn) => !gone.has(arn));
      await change(listener, { ...tls, moreCertificateArns: rest });
      return {};
    },

    async DescribeListenerCertificates(
      input: DescribeListenerCertificatesCommandInput,
    ): Promise<Answer<DescribeListenerCertificatesCommandOutput>> {
      const { tls } = findListener(state, input.ListenerArn);
      const all = tls
        ? [
            { CertificateArn: tls.certificateArn, IsDefault: true },
            ...tls.moreCertificateArns.map((CertificateArn) => ({ CertificateArn, IsDefault: false })),
          ]
        : [];
      const { items, nextToken } = page(all, input.PageSize ?? 400, input.Marker, invalidMarker);
      return { Certificates: [...items], ...(nextToken && { NextMarker: nextToken }) };
    },

    async DescribeSSLPolicies(
      input: DescribeSSLPoliciesCommandInput,
    ): Promise<Answer<DescribeSSLPoliciesCommandOutput>> {
      if (input.LoadBalancerType !== undefined && input.LoadBalancerType !== 'application')
        throw unsupported(`A load balancer of type ${input.LoadBalancerType}`);
      const { items, nextToken } = page(
        describePolicies(input.Names),
        input.PageSize ?? 400,
        input.Marker,
        invalidMarker,
      );
      return { SslPolicies: [...items], ...(nextToken && { NextMarker: nextToken }) };
    },
  };

  function findSecure(arn: string | undefined): { listener: StoredListener; tls: ListenerTls } {
    const listener = findListener(state, arn);
    if (!listener.tls) throw validation('Certificates can only be specified for HTTPS listeners');
    return { listener, tls: listener.tls };
  }

  async function change(listener: StoredListener, tls: ListenerTls): Promise<void> {
    state.listeners.set(listener.arn, { ...listener, tls });
    await balancing.sync(listener.loadBalancerArn);
  }
}

/** ARNs of all certificates that a listener presents. */
export const certificatesOf = ({ tls }: StoredListener): string[] =>
  tls ? [tls.certificateArn, ...tls.moreCertificateArns] : [];
