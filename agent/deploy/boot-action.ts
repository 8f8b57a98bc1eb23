import type { CurrentPointer } from '../../model/schemas.ts';
import type { Slot } from '../../model/names.ts';
import type { Release } from '../state.ts';
import type { DeploymentOrder } from './fencing.ts';

export type BootAction =
  | { readonly kind: 'ShowPlaceholder' }
  /** What runs here is what the pointer says, or newer. */
  | { readonly kind: 'KeepServing' }
  | { readonly kind: 'Deploy'; readonly order: DeploymentOrder };

/** What an instance serves when it has started: its slot's version, unless it was given a newer one already. */
export function bootAction(pointer: CurrentPointer | null, slot: Slot, live: Release | null): BootAction {
  const mine = pointer?.slots[slot] ?? null;
  if (!mine) return live ? { kind: 'KeepServing' } : { kind: 'ShowPlaceholder' };
  if (live && live.deployment >= mine.deployment) return { kind: 'KeepServing' };
  const { versionLabel, bundle, configuration, deployment } = mine;
  return {
    kind: 'Deploy',
    order: { origin: 'Pointer', deployment, token: 0, versionLabel, bundle, configuration },
  };
}
