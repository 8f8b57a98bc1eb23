/** The stack's shared file system on this instance: mounted once, and never unmounted while the instance lives. */
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { InstanceDescriptor } from '../model/schemas.ts';

export type SharedFiles = NonNullable<InstanceDescriptor['files']>;

/** What mounting needs of the machine: the seam that tests replace. */
export interface Mounter {
  /** The kernel's table of mounts: `/proc/self/mountinfo`. */
  mounts(): Promise<string>;
  mount(args: readonly string[]): Promise<void>;
}

/** Mounts it unless it is mounted. amazon-efs-utils goes through the mount target of the instance's own zone. */
export async function mountFiles(files: SharedFiles, mounter: Mounter = machine): Promise<void> {
  const { fileSystemId, accessPointId, mountPath } = files;
  if (isMounted(await mounter.mounts(), mountPath)) return;
  await mkdir(mountPath, { recursive: true });
  const options = `tls,_netdev,accesspoint=${accessPointId}`;
  await mounter.mount(['-t', 'efs', '-o', options, `${fileSystemId}:/`, mountPath]);
}

/** Pure: whether something is mounted at a path. The fifth field of each line is a mount point. */
export const isMounted = (mounts: string, mountPath: string): boolean =>
  mounts.split('\n').some((line) => line.split(' ')[4] === mountPath);

/** A mount that gets no answer is given up; the caller tries again. */
const timeout = 60_000;

const machine: Mounter = {
  mounts: () => readFile('/proc/self/mountinfo', 'utf8'),
  async mount(args) {
    try {
      await promisify(execFile)('mount', args, { timeout });
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      throw new Error(stderr === undefined || stderr === '' ? message : stderr.trim(), { cause: error });
    }
  },
};
