/** Whether the world knows a hosted zone: without it nobody can validate a certificate for its names. */
import { resolveNs } from 'node:dns/promises';
import { RunError } from '@pulumi/pulumi';

export interface DelegatedZone {
  readonly name: string;
  readonly nameServers: readonly string[];
}

/** Asks the DNS for the name servers of a domain; none when it answers that there are none. */
export type ResolveNameServers = (domain: string) => Promise<readonly string[]>;

export const resolveNameServers: ResolveNameServers = async (domain) => {
  try {
    return await resolveNs(domain);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND' || code === 'ENODATA' || code === 'ESERVFAIL') return [];
    throw error;
  }
};

/** Refuses to ask for a certificate that could never be issued. */
export async function ensureDelegated(
  zone: DelegatedZone,
  resolve: ResolveNameServers = resolveNameServers,
): Promise<void> {
  const found = (await resolve(zone.name)).map(normal);
  const wanted = zone.nameServers.map(normal);
  if (wanted.some((server) => found.includes(server))) return;
  throw new RunError(
    [
      `beanpole:domain.https is set, but the domain ${zone.name} is not delegated to its hosted zone: ${described(found)}`,
      'No certificate could be validated. Nothing was changed.',
      `Next: have these four name servers set for ${zone.name} where the domain is registered, or as an NS record of its parent domain, and run the same command again:`,
      ...zone.nameServers.map((server) => `  ${server}`),
    ].join('\n'),
  );
}

const described = (found: readonly string[]): string =>
  found.length === 0
    ? 'the DNS knows no name servers for it.'
    : `the DNS knows ${[...found].sort().join(', ')} for it.`;

const normal = (server: string): string => server.replace(/\.$/, '').toLowerCase();
