import type { SSMClientResolvedConfig } from '@aws-sdk/client-ssm';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';

/** Signs the request that opens a data channel, so that policies on `ssmmessages:OpenDataChannel` hold. */
export async function signHandshake(
  { credentials, region }: Pick<SSMClientResolvedConfig, 'credentials' | 'region'>,
  url: string,
): Promise<Record<string, string>> {
  const { host, hostname, pathname, searchParams } = new URL(url);
  const signer = new SignatureV4({ service: 'ssmmessages', region, credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: 'GET',
    protocol: 'https:',
    hostname,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { host },
  });
  return headers;
}
