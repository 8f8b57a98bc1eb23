/** Which version carries which staging label. Pure: versions in, versions out. */
import type { StoredVersion } from './state.ts';

export const currentStage = 'AWSCURRENT';
export const previousStage = 'AWSPREVIOUS';
export const pendingStage = 'AWSPENDING';

/** AWS keeps about a hundred versions; those without a label go first. */
const keptVersions = 100;

export const versionAt = (versions: readonly StoredVersion[], stage: string): StoredVersion | undefined =>
  versions.find(({ stages }) => stages.includes(stage));

/**
 * Moves a label to a version; from then on no other version has it. What loses AWSCURRENT becomes
 * AWSPREVIOUS, and what is made AWSCURRENT is pending no longer.
 */
export function moveStage(
  versions: readonly StoredVersion[],
  stage: string,
  versionId: string,
): StoredVersion[] {
  const before = versionAt(versions, stage)?.id;
  const moved = versions.map((version) =>
    version.id === versionId
      ? { ...version, stages: [...without(version.stages, stage), stage] }
      : { ...version, stages: without(version.stages, stage) },
  );
  if (stage !== currentStage) return moved;
  const promoted = moved.map((version) =>
    version.id === versionId
      ? { ...version, stages: without(version.stages, pendingStage, previousStage) }
      : version,
  );
  return before === undefined || before === versionId ? promoted : moveStage(promoted, previousStage, before);
}

/** Takes a label from a version. */
export const removeStage = (
  versions: readonly StoredVersion[],
  stage: string,
  versionId: string,
): StoredVersion[] =>
  versions.map((version) =>
    version.id === versionId ? { ...version, stages: without(version.stages, stage) } : version,
  );

/** Adds a version and gives it its labels. */
export function addVersion(
  versions: readonly StoredVersion[],
  version: Omit<StoredVersion, 'stages'>,
  stages: readonly string[],
): StoredVersion[] {
  let all: StoredVersion[] = [...versions, { ...version, stages: [] }];
  for (const stage of stages) all = moveStage(all, stage, version.id);
  const surplus = new Set(
    all
      .filter((one) => one.stages.length === 0)
      .slice(0, Math.max(0, all.length - keptVersions))
      .map(({ id }) => id),
  );
  return all.filter(({ id }) => !surplus.has(id));
}

const without = (stages: readonly string[], ...gone: readonly string[]): string[] =>
  stages.filter((stage) => !gone.includes(stage));
