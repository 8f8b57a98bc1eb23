import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a cloud keeps about itself between starts. The ports stay, since queue URLs contain one. */
export interface Settings {
  readonly port: number;
  readonly frontDoorPort: number;
  readonly secureFrontDoorPort: number;
  /** Where the public name server answers outside; another one at every start. */
  readonly nameServerPort: number;
  readonly region: string;
  readonly account: string;
  /** How much faster metrics, alarms and scaling policies live, and since when; absent: as fast as the rest. */
  readonly timeLapse?: { readonly factor: number; readonly since: number };
  /** The first process of the last daemon, by its number outside. */
  readonly firstPid?: number;
}

const fileOf = (folder: string): string => join(folder, 'cloud.json');

/** Undefined before the first start. */
export function readSettings(folder: string): Settings | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(folder), 'utf8')) as Settings;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function writeSettings(folder: string, settings: Settings): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${fileOf(folder)}.new`;
  writeFileSync(draft, `${JSON.stringify(settings, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, fileOf(folder));
}

/** Where a cloud is when nobody says. */
export function defaultFolder(env: NodeJS.ProcessEnv): string {
  const state = env.XDG_STATE_HOME;
  return join(
    state === undefined || state === '' ? join(homedir(), '.local', 'state') : state,
    'local-cloud',
  );
}

export const logFile = (folder: string): string => join(folder, 'daemon.log');
