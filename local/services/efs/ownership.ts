import { lchownSync, lstatSync, readdirSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { StoredAccessPoint } from './state.ts';

/**
 * Whoever writes through an access point writes as its user. The kernel that instances share knows the writer's
 * own user only; so what is written is given to the access point's user right after. A cloud of an ordinary
 * user has one user, to whom everything belongs already.
 */
export class Ownership {
  readonly #watchers = new Map<string, FSWatcher>();

  /** From now on everything below the root belongs to the access point's user. */
  keep(root: string, { id, posixUser }: StoredAccessPoint): void {
    if (!posixUser || this.#watchers.has(id)) return;
    const [uid = 0, gid = 0] = [posixUser.Uid, posixUser.Gid];
    const watcher = watch(root, { recursive: true, persistent: false }, (_, name) => {
      if (name !== null) give(join(root, name), uid, gid);
    });
    watcher.on('error', () => {
      watcher.close();
      this.#watchers.delete(id);
    });
    this.#watchers.set(id, watcher);
    for (const name of readdirSync(root)) give(join(root, name), uid, gid);
  }

  stop(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }
}

/** A folder may have been filled before anybody heard of it. */
function give(path: string, uid: number, gid: number): void {
  try {
    const found = lstatSync(path);
    if (found.uid !== uid || found.gid !== gid) lchownSync(path, uid, gid);
    if (found.isDirectory()) for (const name of readdirSync(path)) give(join(path, name), uid, gid);
  } catch (error) {
    // It is gone again, or there is no such user here.
    if (!['ENOENT', 'EINVAL', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
