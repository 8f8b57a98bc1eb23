import type { Action, GroupView, InstanceView } from './plan.ts';
import { boughtOf, isNextSpot } from './purchases.ts';
import { dueForReplacement, isLaunchFirst, outOf, roomFor, type Due } from './replacements.ts';
import { chooseVictims, countByZone } from './termination.ts';
import type { SubnetRow } from './state.ts';

/** Launches and terminations that bring a group to its desired capacity, zones balanced. */
export function capacityActions(view: GroupView, decided: readonly Action[]): Action[] {
  const { group } = view;
  if (group.isDeleting) return retireAll(view);
  const leaving = new Set(
    decided.flatMap((action) =>
      action.kind === 'retire' || action.kind === 'fail-launch' ? [action.instanceId] : [],
    ),
  );
  const staying = view.instances.filter(({ row }) => countsAsCapacity(row.state) && !leaving.has(row.id));
  const counted = staying.filter(({ row }) => !row.isExtra);
  const coming = view.launches.filter(({ isExtra }) => !isExtra).length;
  const lacking = group.desiredCapacity - counted.length - coming;
  // Backed off means the last launch failed; a failing launch of this very round has not been counted yet.
  const hasFailedNow = decided.some(({ kind }) => kind === 'fail-launch');
  const mayLaunch = !isSuspended(view, 'Launch') && !hasFailedNow && (group.backoff?.until ?? 0) <= view.now;
  const mayTerminate = !isSuspended(view, 'Terminate');
  const due = dueForReplacement(view, staying);
  if (lacking > 0) return mayLaunch ? launches(view, staying, lacking) : [];
  if (lacking < 0) return mayTerminate ? retirements(view, counted, -lacking, due) : [];
  if (!mayLaunch || !mayTerminate) return [];
  return due.length ? replacements(view, staying, due) : rebalance(view, staying);
}

/** Instances that count towards the desired capacity. */
export const countsAsCapacity = (state: string): boolean =>
  state.startsWith('Pending') || state === 'InService';

const isSuspended = ({ group }: GroupView, process: string): boolean => group.suspended.includes(process);

/** Each launch goes where fewest instances are or are coming; a zone that just failed comes last. */
function launches(view: GroupView, staying: readonly InstanceView[], count: number): Action[] {
  const next = launcher(view, staying);
  return Array.from({ length: count }, () => ({ kind: 'decide-launch' as const, ...next(), isExtra: false }));
}

/** Says of one launch after the other where it goes, and whether it is bought on the spot market. */
function launcher({ group, launches: coming }: GroupView, staying: readonly InstanceView[]) {
  const zones = countByZone(group.subnets, staying);
  for (const { subnet } of coming) zones.set(subnet.zone, (zones.get(subnet.zone) ?? 0) + 1);
  const bought: { isSpot?: boolean }[] = [...staying.map(({ row }) => row), ...coming];
  return (): { subnet: SubnetRow; isSpot: boolean } => {
    const zone = emptiest(zones, group.backoff?.zone);
    zones.set(zone, (zones.get(zone) ?? 0) + 1);
    const isSpot = isNextSpot(group.mixed, boughtOf(bought));
    bought.push({ isSpot });
    return { subnet: subnetIn(group.subnets, zone), isSpot };
  };
}

function emptiest(zones: ReadonlyMap<string, number>, failing: string | undefined): string {
  const usable = [...zones].filter(([zone]) => zone !== failing);
  const [first] = (usable.length ? usable : [...zones]).toSorted(([, a], [, b]) => a - b);
  if (!first) throw new Error('A group without zones cannot launch.');
  return first[0];
}

function subnetIn(subnets: readonly SubnetRow[], zone: string): SubnetRow {
  const subnet = subnets.find((known) => known.zone === zone);
  if (!subnet) throw new Error(`The group has no subnet in ${zone}.`);
  return subnet;
}

/** Those that are due first: their successors are there. */
function retirements(
  { group }: GroupView,
  counted: readonly InstanceView[],
  count: number,
  due: readonly Due[],
): Action[] {
  const first = due.slice(0, count).map(({ instance, because }) => retirement(instance, because));
  const others = counted.filter((instance) => !due.some((known) => known.instance === instance));
  const shrinking = chooseVictims(group, others, count - first.length).map(({ row }, index): Action => {
    const from = counted.length - first.length - index;
    const because = `${outOf} a difference between desired and actual capacity, shrinking the capacity from ${from} to ${from - 1}`;
    return { kind: 'retire', instanceId: row.id, because, isScaleIn: true };
  });
  return [...first, ...shrinking];
}

const retirement = ({ row }: InstanceView, because: string): Action => ({
  kind: 'retire',
  instanceId: row.id,
  because,
});

/** Launches first or terminates first, as many as the group has room for. */
function replacements(view: GroupView, staying: readonly InstanceView[], due: readonly Due[]): Action[] {
  const { group } = view;
  const { extra, absent } = roomFor(group);
  const gone = new Set(due.map(({ instance }) => instance));
  const underWay =
    staying.filter(({ row }) => row.isExtra).length + view.launches.filter(({ isExtra }) => isExtra).length;
  const successors = due
    .filter(({ kind }) => isLaunchFirst(group, kind))
    .slice(underWay, Math.max(underWay, extra));
  const missing = staying.filter(({ row }) => row.state !== 'InService' && !row.isExtra).length;
  const without = due.slice(underWay + successors.length).slice(0, Math.max(0, absent - missing));
  const next = launcher(
    view,
    staying.filter((instance) => !gone.has(instance)),
  );
  return [
    ...successors.map(({ because }): Action => ({
      kind: 'decide-launch',
      ...next(),
      isExtra: true,
      because,
    })),
    ...without.map(({ instance, because }) => retirement(instance, because)),
  ];
}

function retireAll({ instances }: GroupView): Action[] {
  return instances
    .filter(({ row }) => !row.state.startsWith('Terminating'))
    .map(({ row }) => ({
      kind: 'retire',
      instanceId: row.id,
      because: 'an instance was taken out of service in response to a user request to delete the group',
    }));
}

/**
 * Moves an instance from a full zone to an empty one, launching first: the extra instance is not counted
 * before it is in service; then the group has one too many and the fullest zone loses one.
 */
function rebalance(view: GroupView, staying: readonly InstanceView[]): Action[] {
  const { group, launches: coming } = view;
  const isCalm = coming.length === 0 && staying.every(({ row }) => row.state === 'InService' && !row.isExtra);
  if (!isCalm || isSuspended(view, 'AZRebalance')) return [];
  const zones = countByZone(group.subnets, staying);
  const counts = [...zones.values()];
  // Instances in zones that the group no longer spans count as well: they are to move.
  if (counts.length < 2 || Math.max(...counts) - Math.min(...counts) < 2) return [];
  const [zone] =
    [...zones]
      .filter(([name]) => group.subnets.some((known) => known.zone === name))
      .toSorted(([, a], [, b]) => a - b)[0] ?? [];
  const subnet = group.subnets.find((known) => known.zone === zone);
  if (!subnet) return [];
  const most = Math.max(...counts);
  const fullest = staying.filter(({ row }) => zones.get(row.zone) === most);
  const [victim] = chooseVictims(group, fullest, 1);
  if (!victim) return [];
  const because = `${outOf} an unbalanced number of instances in availability zones`;
  if (!isLaunchFirst(group, 'zones')) return [retirement(victim, because)];
  return [{ kind: 'decide-launch', subnet, isSpot: victim.row.isSpot === true, isExtra: true }];
}
