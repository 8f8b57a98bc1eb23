import type { EnvironmentStatus, Health, InstanceStatus } from '../status/describe.ts';
import type { Paint } from './paint.ts';
import { table } from './table.ts';

/** The tables of `status`: environments, then instances, then what a person should know. */
export function statusText(all: readonly EnvironmentStatus[], paint: Paint): string {
  const environments = table(
    ['ENVIRONMENT', 'TIER', 'VERSION', 'DEPLOYMENT', 'HEALTH', 'INSTANCES', 'ADDRESS'],
    all.map((status) => environmentRow(status, paint)),
  );
  const instances = all.flatMap(({ environment, instances: each }) =>
    each.map((instance) => instanceRow(environment, instance, paint)),
  );
  const notes = all.flatMap(({ environment, notes: each }) => each.map((note) => `${environment}: ${note}`));
  const parts = [environments];
  if (instances.length > 0)
    parts.push(table(['INSTANCE', 'ENVIRONMENT', 'ZONE', 'VERSION', 'STATUS', 'CAUSES'], instances));
  if (notes.length > 0) parts.push(notes.join('\n'));
  return parts.join('\n\n');
}

function environmentRow(status: EnvironmentStatus, paint: Paint): string[] {
  const { environment, tier, version, deployment, health, instances, desired, address } = status;
  const ok = instances.filter((instance) => instance.status === 'Ok' || instance.status === 'Info').length;
  return [
    environment,
    tier,
    version ?? '-',
    deployment ? `${deployment.number} ${deployment.status}` : '-',
    colourOf(health, paint)(health),
    `${ok} of ${desired} ok`,
    address ?? '-',
  ];
}

const instanceRow = (
  environment: string,
  { id, zone, version, status, causes }: InstanceStatus,
  paint: Paint,
): string[] => [id, environment, zone, version ?? '-', colourOf(status, paint)(status), causes.join('; ')];

function colourOf(health: Health, paint: Paint): (text: string) => string {
  if (health === 'Ok' || health === 'Info') return paint.good;
  if (health === 'Severe' || health === 'Degraded') return paint.bad;
  return health === 'Warning' ? paint.careful : paint.quiet;
}
