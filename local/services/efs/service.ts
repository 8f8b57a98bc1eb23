import type { Efs, Parts } from '../parts.ts';
import { accessPointOperations } from './access-points.ts';
import { efsAuthorization } from './authorization.ts';
import { fileSystemOperations, targetsOf } from './file-systems.ts';
import { folders } from './folders.ts';
import { mountTargetOperations } from './mount-targets.ts';
import { mounting } from './mounts.ts';
import { Ownership } from './ownership.ts';
import { settingsOperations } from './settings.ts';
import { filesState } from './state.ts';
import { tagOperations } from './tags.ts';
import { mountTargets, type Serve } from './targets.ts';

/**
 * EFS: file systems are folders, mount targets are hosts that instances mount through. Differences to AWS: what
 * is mounted stays so when its mount target goes; speed and storage class are the disk's.
 */
export function createEfs(parts: Parts, serve?: Serve) {
  const state = filesState(parts);
  const files = folders(parts);
  const ownership = new Ownership();
  const targets = mountTargets(parts, state, mounting(parts, state, files, ownership), serve);
  return {
    name: 'elasticfilesystem',
    authorization: efsAuthorization(parts, state),
    operations: {
      ...fileSystemOperations(parts, state, files),
      ...mountTargetOperations(parts, state, targets),
      ...accessPointOperations(parts, state),
      ...settingsOperations(state),
      ...tagOperations(state),
    },
    /** `fs-1.efs.eu-central-1.amazonaws.com`, with a zone in front for the one mount target there. */
    resolve(name: string): readonly string[] | undefined {
      const match = /^(?:([a-z0-9-]+)\.)?(fs-[0-9a-f]+)\.efs\.([a-z0-9-]+)\.amazonaws\.com\.?$/.exec(
        name.toLowerCase(),
      );
      const [, zone, fileSystemId = '', region] = match ?? [];
      if (!match || region !== parts.region) return undefined;
      const found = targetsOf(state, fileSystemId).filter(
        (target) => target.state === 'available' && (zone === undefined || target.availabilityZone === zone),
      );
      return found.length === 0 ? undefined : found.flatMap(({ address }) => address ?? []);
    },
    measure: () =>
      Promise.all(
        [...state.fileSystems.values()].map(async ({ id }) => ({ id, bytes: await files.size(id) })),
      ),
    async start() {
      targets.start();
    },
    async stop() {
      targets.stop();
      ownership.stop();
    },
  } satisfies Efs;
}
