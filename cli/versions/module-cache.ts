/** Installed dependencies, kept by what decides them, so that the same ones are installed once. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Staging {
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Told what takes time. */
  readonly say: (text: string) => void;
}

/** The folder for a digest; `install` fills one that is not there yet, and it appears when it is whole. */
export async function installIntoCache(
  digest: string,
  { environment }: Staging,
  install: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cacheFolder(environment), digest);
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const making = await mkdtemp(join(dirname(folder), 'installing-'));
  try {
    await install(making);
    // Another command may have been faster with the same dependencies: then its folder serves.
    await rename(making, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return folder;
}

function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const cache = environment.XDG_CACHE_HOME ?? join(environment.HOME ?? homedir(), '.cache');
  return join(cache, 'beanpole', 'modules');
}
