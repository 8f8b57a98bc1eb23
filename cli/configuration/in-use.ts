import { slots, type Slot } from '../../model/names.ts';
import type { CurrentPointer, DeploymentRecord, SlotPointer } from '../../model/schemas.ts';
import type { GroupState } from '../deploy/group.ts';

export interface Users {
  readonly current: CurrentPointer | undefined;
  /** The newest deployment. */
  readonly record: DeploymentRecord | undefined;
  readonly groups: Readonly<Record<Slot, GroupState>>;
}

/** Pure: what an instance that boots reads these parameters for; one sentence for each that needs one. */
export function usesOfParameters(
  { current, record, groups }: Users,
  parameters: readonly string[],
): string[] {
  const names = (pointer: SlotPointer | null | undefined) =>
    pointer?.configuration.parameters.some(({ parameter }) => parameters.includes(parameter)) === true;
  // A slot without instances keeps its pointer, and nothing boots there.
  const isUsed = (slot: Slot) =>
    slot === current?.active || groups[slot].size.maxSize > 0 || groups[slot].instances.length > 0;
  const pointed = slots
    .filter((slot) => isUsed(slot) && names(current?.slots[slot]))
    .map((slot) => `Instances of slot ${slot} boot with it.`);
  const isUnderWay =
    record?.status === 'InProgress' && [record.target, record.previous, record.displaced].some(names);
  return [...pointed, ...(isUnderWay ? [`Deployment ${record.number} is under way with it.`] : [])];
}
