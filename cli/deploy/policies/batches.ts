import type { DeploymentOptions } from '../../../model/schemas.ts';
import type { FleetInstance } from '../fleet.ts';

/** How many instances a batch has: at least one, and never more than there are. */
export function batchSizeOf(
  { batchSizeType, batchSize }: Pick<DeploymentOptions, 'batchSizeType' | 'batchSize'>,
  instances: number,
): number {
  const wanted = batchSizeType === 'Fixed' ? batchSize : Math.floor((instances * batchSize) / 100);
  return Math.max(1, Math.min(wanted, instances));
}

/** Batches of one size, only the last may be smaller; no zone is emptied before the others. */
export function batchesOf(instances: readonly FleetInstance[], size: number): string[][] {
  const ids = acrossZones(instances);
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, batch) =>
    ids.slice(batch * size, (batch + 1) * size),
  );
}

/** One of each zone, then the second of each, and so on. */
function acrossZones(instances: readonly FleetInstance[]): string[] {
  const zones = Map.groupBy(instances, ({ zone }) => zone);
  const longest = Math.max(0, ...[...zones.values()].map(({ length }) => length));
  return Array.from({ length: longest }, (_, rank) =>
    [...zones.values()].flatMap((zone) => zone[rank]?.id ?? []),
  ).flat();
}
