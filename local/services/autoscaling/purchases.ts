import type { SpotPool } from '../parts.ts';
import type { MixedRow } from './state.ts';

/** What of a mixed group is bought on demand and what on the spot market, and of which type. Pure. */

export interface Bought {
  readonly onDemand: number;
  readonly spot: number;
}

export const boughtOf = (rows: readonly { readonly isSpot?: boolean }[]): Bought => {
  const spot = rows.filter(({ isSpot }) => isSpot).length;
  return { spot, onDemand: rows.length - spot };
};

/** The base, and its share of what is above it, rounded in favour of on-demand instances. */
export function onDemandOf({ onDemandBase, onDemandPercentage }: MixedRow, total: number): number {
  const base = Math.min(onDemandBase, total);
  return base + Math.ceil(((total - base) * onDemandPercentage) / 100);
}

/** Whether the next instance of a group comes from the spot market. */
export function isNextSpot(mixed: MixedRow | undefined, { onDemand, spot }: Bought): boolean {
  return mixed !== undefined && onDemand >= onDemandOf(mixed, onDemand + spot + 1);
}

/** Which kind a group has too many of; undefined: it is as it should be, or not mixed. */
export function excessKind(
  mixed: MixedRow | undefined,
  { onDemand, spot }: Bought,
  desired: number,
): 'on-demand' | 'spot' | undefined {
  if (!mixed) return undefined;
  const wanted = onDemandOf(mixed, desired);
  const [tooManyOnDemand, tooManySpot] = [onDemand - wanted, spot - (desired - wanted)];
  if (tooManyOnDemand <= 0 && tooManySpot <= 0) return undefined;
  return tooManySpot >= tooManyOnDemand ? 'spot' : 'on-demand';
}

/** The instance type to launch next, by the allocation strategy of its kind; ties go to the first in the list. */
export function chooseType(mixed: MixedRow, isSpot: boolean, poolOf: (type: string) => SpotPool): string {
  const pools = mixed.instanceTypes.map((type, place) => ({ type, place, ...poolOf(type) }));
  const strategy = isSpot ? mixed.spotStrategy : mixed.onDemandStrategy;
  const [best] = pools.toSorted((a, b) => {
    const byScore = b.score - a.score;
    const byPrice = isSpot ? a.price - b.price : a.onDemandPrice - b.onDemandPrice;
    const byPlace = a.place - b.place;
    switch (strategy) {
      case 'prioritized':
        return byPlace;
      case 'lowest-price':
        return byPrice || byPlace;
      case 'capacity-optimized-prioritized':
        // Priorities count among pools that have capacity.
        return Number(b.score > 1) - Number(a.score > 1) || byPlace;
      case 'price-capacity-optimized':
        return Number(b.score > 1) - Number(a.score > 1) || byPrice || byScore || byPlace;
      default:
        return byScore || byPlace;
    }
  });
  if (!best) throw new Error('A mixed group without instance types cannot launch.');
  return best.type;
}
