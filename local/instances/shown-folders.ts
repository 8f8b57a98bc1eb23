import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { kernel } from '../network/kernel.ts';

/** Where machines see the folders that are shown to them. */
export const shownInside = '/run/shown';

/** A folder of the cloud, to be seen inside one machine. */
export interface Shown {
  /** Inside the machine. */
  readonly path: string;
  /** Takes it away from there; what the machine has mounted elsewhere meanwhile stays. */
  hide(): Promise<void>;
}

/**
 * Shows folders of the cloud to running machines. A machine has mounts of its own and cannot see the cloud's
 * files. But what is mounted below a shared mount also appears in the copies that machines were given of it.
 */
export class ShownFolders {
  readonly #folder: string;
  #ready: Promise<void> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The folder to give to a machine when it boots. */
  async of(instanceId: string): Promise<string> {
    await (this.#ready ??= this.#share());
    const own = join(this.#folder, instanceId);
    mkdirSync(own, { recursive: true });
    return own;
  }

  async #share(): Promise<void> {
    // Nothing is mounted there: mounts end with the namespaces they were made in.
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    await kernel(['mount', '--bind', this.#folder, this.#folder]);
    await kernel(['mount', '--make-shared', this.#folder]);
  }

  async show(instanceId: string, folder: string): Promise<Shown> {
    const name = randomBytes(8).toString('hex');
    const place = join(await this.of(instanceId), name);
    mkdirSync(place);
    await kernel(['mount', '--bind', folder, place]);
    return {
      path: join(shownInside, name),
      hide: async () => {
        await kernel(['umount', place]);
        // Never with what is in it: were it still mounted, that would be the files themselves.
        await rmdir(place);
      },
    };
  }
}
