import type { GroupView, InstanceView } from './plan.ts';
import { boughtOf, excessKind } from './purchases.ts';
import type { GroupRow } from './state.ts';

/** An instance in service whose place another one is to take. */
export interface Due {
  readonly instance: InstanceView;
  readonly kind: 'health' | 'lifetime' | 'capacity' | 'purchase';
  readonly because: string;
}

export const outOf = 'an instance was taken out of service in response to';

/** Whose place others are to take while they serve on. What does not serve any more is not waited for. */
export function dueForReplacement(view: GroupView, staying: readonly InstanceView[]): Due[] {
  const serving = staying.filter(({ row }) => row.state === 'InService' && !row.isExtra);
  const due = serving.flatMap((instance) => {
    const reason = reasonOf(view, instance);
    return reason ? [{ instance, ...reason }] : [];
  });
  if (due.length || serving.length < view.group.desiredCapacity) return due;
  const excess = excessKind(
    view.group.mixed,
    boughtOf(serving.map(({ row }) => row)),
    view.group.desiredCapacity,
  );
  const [first] = serving.filter(
    ({ row }) => excess !== undefined && (row.isSpot === true) === (excess === 'spot'),
  );
  return first
    ? [{ instance: first, kind: 'purchase', because: `${outOf} a change of the purchase options` }]
    : [];
}

function reasonOf(
  { group, now }: GroupView,
  { row, machine }: InstanceView,
): Omit<Due, 'instance'> | undefined {
  if (!row.isHealthy && !group.suspended.includes('ReplaceUnhealthy'))
    return { kind: 'health', because: row.unhealthyBecause ?? '' };
  if (group.capacityRebalance === true && machine.spotRisk !== undefined)
    return { kind: 'capacity', because: `${outOf} an EC2 instance rebalance recommendation` };
  const lifetime = (group.maxInstanceLifetime ?? 0) * 1000;
  return lifetime > 0 && row.createdAt + lifetime <= now
    ? {
        kind: 'lifetime',
        because: `${outOf} a max instance lifetime of ${group.maxInstanceLifetime ?? 0} seconds`,
      }
    : undefined;
}

/** How many more instances than desired there may be, and how many fewer, while some are replaced. */
export interface Room {
  readonly extra: number;
  readonly absent: number;
}

/** One can always be replaced, whatever the percentages of so few come to: AWS launches it first. */
export function roomFor({ maintenance, desiredCapacity: desired }: GroupRow): Room {
  if (!maintenance) return { extra: desired, absent: 1 };
  const extra = Math.floor((desired * maintenance.maxHealthyPercentage) / 100) - desired;
  const absent = desired - Math.ceil((desired * maintenance.minHealthyPercentage) / 100);
  return extra > 0 || absent > 0 ? { extra, absent } : { extra: 1, absent: 0 };
}

/** Without a policy AWS goes for availability only where it balances: zones, spot capacity, purchase options. */
export const isLaunchFirst = (group: GroupRow, kind: Due['kind'] | 'zones'): boolean =>
  group.maintenance ? roomFor(group).extra > 0 : kind !== 'health' && kind !== 'lifetime';
