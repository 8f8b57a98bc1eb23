import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { Clients } from '../aws/clients.ts';
import { readTargets } from '../swap/names.ts';

/** Where each name leads now: to the own name of an environment. A swap exchanges names. */
export type Targets = ReadonlyMap<string, string | undefined>;

/** The names of all of these environments; whoever is asked about one needs those of its whole stack. */
export const readAllTargets = (
  { route53 }: Pick<Clients, 'route53'>,
  environments: readonly EnvironmentDescriptor[],
): Promise<Targets> =>
  readTargets(
    route53,
    environments.flatMap(({ hostName }) => hostName ?? []),
  );

/** Pure: where an environment is reached now; by its own name while no other one leads to it. */
export function addressOf(
  { hostName, url, loadBalancer, elasticIp }: EnvironmentDescriptor,
  targets: Targets,
): string | undefined {
  const usual = url ?? loadBalancer?.dnsName ?? elasticIp;
  const target = targets.get(hostName?.name ?? '');
  if (!hostName || url === undefined || target === undefined || target === hostName.ownName) return usual;
  const [name = hostName.ownName] = namesLeadingTo(hostName.ownName, targets);
  return `${new URL(url).protocol}//${name}`;
}

/** Pure: what a person should know of names that were swapped. */
export function swapNote(environment: EnvironmentDescriptor, targets: Targets): string | undefined {
  const { hostName, stack } = environment;
  const target = targets.get(hostName?.name ?? '');
  if (!hostName || target === undefined || target === hostName.ownName) return undefined;
  const other = `${stack}/${target.split('.')[0] ?? ''}`;
  const here = namesLeadingTo(hostName.ownName, targets).join(', ') || 'no name';
  return `Swapped: ${hostName.name} leads to ${other}, and ${here} leads here; next: beanpole swap ${displayName(environment)} ${other} swaps back.`;
}

const namesLeadingTo = (ownName: string, targets: Targets): string[] =>
  [...targets].flatMap(([name, target]) => (target === ownName ? [name] : []));
