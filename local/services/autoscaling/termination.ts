import type { InstanceView } from './plan.ts';
import { boughtOf, excessKind } from './purchases.ts';
import type { GroupRow, SubnetRow } from './state.ts';

/** Policies that choose among the instances of the fullest zone. */
export const terminationPolicies = [
  'Default',
  'OldestInstance',
  'NewestInstance',
  'OldestLaunchTemplate',
] as const;

/** Instances per zone, in the group's order; empty zones count as zero. */
export function countByZone(
  subnets: readonly SubnetRow[],
  instances: readonly InstanceView[],
): Map<string, number> {
  const zones = new Map<string, number>(subnets.map(({ zone }) => [zone, 0]));
  for (const { row } of instances) zones.set(row.zone, (zones.get(row.zone) ?? 0) + 1);
  return zones;
}

/** Whom to take: of the kind that there is too much of, the fullest zone first, then by the policies in their order; protected ones never. */
export function chooseVictims(
  group: GroupRow,
  instances: readonly InstanceView[],
  count: number,
): InstanceView[] {
  const left = [...instances];
  const victims: InstanceView[] = [];
  while (victims.length < count) {
    const victim = nextVictim(group, left);
    if (!victim) break;
    victims.push(victim);
    left.splice(left.indexOf(victim), 1);
  }
  return victims;
}

function nextVictim(group: GroupRow, instances: readonly InstanceView[]): InstanceView | undefined {
  const candidates = instances.filter(({ row }) => !row.isProtected);
  if (!candidates.length) return undefined;
  const excess = excessKind(group.mixed, boughtOf(instances.map(({ row }) => row)), instances.length - 1);
  const ofKind = candidates.filter(({ row }) => (row.isSpot === true) === (excess === 'spot'));
  const pool = excess === undefined || !ofKind.length ? candidates : ofKind;
  const zones = countByZone(group.subnets, instances);
  const most = Math.max(...pool.map(({ row }) => zones.get(row.zone) ?? 0));
  let left = pool.filter(({ row }) => zones.get(row.zone) === most);
  for (const policy of [...group.terminationPolicies, 'Default']) left = narrowed(policy, group, left);
  return left[0];
}

function narrowed(policy: string, group: GroupRow, instances: InstanceView[]): InstanceView[] {
  switch (policy) {
    case 'OldestInstance':
      return best(instances, ({ row }) => row.createdAt);
    case 'NewestInstance':
      return best(instances, ({ row }) => -row.createdAt);
    case 'OldestLaunchTemplate':
      return best(instances, (instance) => templateAge(group, instance));
    default:
      return best(
        best(instances, (instance) => templateAge(group, instance)),
        ({ row }) => row.createdAt,
      );
  }
}

/** Lower is older: instances of another template than the group's come first, then lower versions. */
function templateAge(group: GroupRow, { row }: InstanceView): number {
  return row.template?.id === group.template.id ? Number(row.template.version) : -1;
}

function best(instances: InstanceView[], measure: (instance: InstanceView) => number): InstanceView[] {
  const least = Math.min(...instances.map(measure));
  return instances.filter((instance) => measure(instance) === least);
}
