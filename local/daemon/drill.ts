import { zonesOf } from '../services/ec2/zones.ts';
import type { Crashable, Parts, Services } from '../services/parts.ts';

/** What can be taken down by its id, and whose it is. */
export const crashable = {
  instance: 'ec2',
  cache: 'elasticache',
  database: 'rds',
} as const satisfies Record<string, CrashableService>;

type CrashableService = {
  [Name in keyof Services]: Services[Name] extends Crashable ? Name : never;
}[keyof Services];

/** `zone <name> down|up`, `spot <id> <seconds until the notice>`, or a kind of `crashable` and an id. Not found: there is no such part, or it does not run. */
export async function drill(
  parts: Parts,
  [kind, id = '', detail]: readonly string[],
): Promise<{ found: boolean }> {
  if (kind === 'spot') return { found: parts.services.ec2.interrupt(id, Number(detail ?? 0)) };
  if (kind !== 'zone') return { found: parts.services[crashable[kind as keyof typeof crashable]].crash(id) };
  const { outages, region } = parts;
  if (!zonesOf(region).some(({ name }) => name === id)) return { found: false };
  await (detail === 'up' ? outages.end(id) : outages.begin(id));
  return { found: true };
}
