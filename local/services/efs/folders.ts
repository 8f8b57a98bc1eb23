import { chmodSync, chownSync, existsSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sizeOf } from '../folder-size.ts';
import type { Parts } from '../parts.ts';
import type { StoredAccessPoint } from './state.ts';

/** What is in file systems: a folder each. */
export interface Folders {
  make(fileSystemId: string): void;
  remove(fileSystemId: string): Promise<void>;
  /** Bytes of all files. */
  size(fileSystemId: string): Promise<number>;
  /**
   * The folder that a mount shows: the file system's own, or the root directory of the access point, made
   * with its owner and permissions on first use. Undefined: there is none, and nothing says how to make it.
   */
  root(fileSystemId: string, accessPoint: StoredAccessPoint | undefined): string | undefined;
}

export function folders({ folder }: Pick<Parts, 'folder'>): Folders {
  const at = (fileSystemId: string, path = '/'): string => join(folder, 'files', fileSystemId, path);
  return {
    make(id) {
      mkdirSync(at(id), { recursive: true, mode: 0o755 });
    },
    remove: (id) => rm(at(id), { recursive: true, force: true }),
    size: (id) => sizeOf(at(id)),
    root(id, accessPoint) {
      const { Path = '/', CreationInfo: info } = accessPoint?.rootDirectory ?? {};
      const root = at(id, Path);
      if (existsSync(root)) return root;
      if (!info) return undefined;
      mkdirSync(root, { recursive: true });
      chmodSync(root, parseInt(info.Permissions ?? '755', 8));
      give(root, info.OwnerUid ?? 0, info.OwnerGid ?? 0);
      return root;
    },
  };
}

/** Gives a file to a user. A cloud of an ordinary user has one user only, who has it already. */
export function give(path: string, uid: number, gid: number): void {
  try {
    chownSync(path, uid, gid);
  } catch (error) {
    if (!['EINVAL', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
