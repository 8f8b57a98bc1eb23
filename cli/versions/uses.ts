import { displayName, keys, slots, type EnvironmentName } from '../../model/names.ts';
import type { CurrentPointer, DeploymentRecord, SlotPointer } from '../../model/schemas.ts';
import type { Documents } from '../aws/documents.ts';
import { readCurrent } from '../deploy/pointers.ts';
import { listRecords } from '../deploy/records.ts';

/** That an environment needs a version, and why. */
export interface Use {
  readonly pointer: SlotPointer;
  readonly why: string;
}

/** An environment can always be rolled back to the versions that ran there before the one that runs: so many of them. */
export const rollbackDepth = 3;

/** What every environment needs, also one that was destroyed, until it is forgotten. */
export async function findUses(documents: Documents, application: string): Promise<Use[]> {
  const found = await documents.list(keys.environments);
  const names = found.flatMap((key): EnvironmentName[] => {
    const [, stack, environment] = /^environments\/([^/]+)\/([^/]+)\/current\.json$/.exec(key) ?? [];
    return stack !== undefined && environment !== undefined ? [{ application, stack, environment }] : [];
  });
  const uses = await Promise.all(
    names.map(async (name) =>
      usesOf(displayName(name), await readCurrent(documents, name), await listRecords(documents, name)),
    ),
  );
  return uses.flat();
}

/** Pure: the versions that run, boot, are under way, or can be gone back to; `records` are newest first. */
export function usesOf(
  environment: string,
  current: CurrentPointer | undefined,
  records: readonly DeploymentRecord[],
): Use[] {
  const running = current?.slots[current.active] ?? null;
  const pointed = slots.flatMap((slot): Use[] => {
    const pointer = current?.slots[slot];
    if (!pointer) return [];
    const why =
      slot === current.active
        ? `${environment} runs it`
        : `slot ${slot} of ${environment} still points to it`;
    return [{ pointer, why }];
  });
  const underWay = records
    .filter(({ status }) => status === 'InProgress')
    .flatMap(({ number, target, previous, displaced }) =>
      [target, previous, displaced].flatMap((pointer) =>
        pointer ? [{ pointer, why: `deployment ${number} of ${environment} is under way` }] : [],
      ),
    );
  return [...pointed, ...underWay, ...waysBack(environment, running, records)];
}

/** The newest state of each version that ran there before. */
function waysBack(
  environment: string,
  running: SlotPointer | null,
  records: readonly DeploymentRecord[],
): Use[] {
  const before = records
    .filter(({ status }) => status === 'Succeeded')
    .flatMap(({ target, previous }) => (previous ? [target, previous] : [target]))
    .filter(({ versionLabel }) => versionLabel !== running?.versionLabel);
  const newest = before.filter(
    ({ versionLabel }, index) => before.findIndex((other) => other.versionLabel === versionLabel) === index,
  );
  const why = `${environment} can be rolled back to it`;
  return newest.slice(0, rollbackDepth).map((pointer) => ({ pointer, why }));
}

/** Why a version is needed: each reason once. */
export const reasonsFor = (uses: readonly Use[], label: string): string[] => [
  ...new Set(uses.filter(({ pointer }) => pointer.versionLabel === label).map(({ why }) => why)),
];
