import { createSecureContext, type SecureContext } from 'node:tls';
import type { Authority } from '../../authority.ts';

/** Certificates of the front door's own names, made when a browser first asks for one. */
export type SecureContextOf = (serverName: string) => Promise<SecureContext>;

const day = 86_400_000;
const validDays = 198;
/** Made anew in time, for a cloud that runs for months. */
const keptDays = 100;

export function frontDoorCertificates(authority: Authority, now: () => number): SecureContextOf {
  const made = new Map<string, { readonly until: number; readonly context: Promise<SecureContext> }>();
  return (serverName) => {
    const known = made.get(serverName);
    if (known && known.until > now()) return known.context;
    const context = issue(authority, serverName, now());
    made.set(serverName, { until: now() + keptDays * day, context });
    context.catch(() => made.delete(serverName));
    return context;
  };
}

async function issue(authority: Authority, name: string, now: number): Promise<SecureContext> {
  const { certificate, chain, privateKey } = await authority.issue({
    names: [name],
    notBefore: new Date(now - day),
    notAfter: new Date(now + validDays * day),
  });
  return createSecureContext({ key: privateKey, cert: `${certificate.trim()}\n${chain}` });
}
