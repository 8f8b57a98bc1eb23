import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { UserError } from '../errors.ts';

/** The oldest Pulumi CLI that the provider plugins and the launcher were made for. */
const minimum = [3, 259] as const;
const builtFolder = 'pulumi-3.259.0';

/** The real Pulumi CLI: one on the PATH that is new enough, else the one that the set-up has built. */
export async function findPulumi(environment: NodeJS.ProcessEnv, notIn: string): Promise<string> {
  for (const folder of (environment.PATH ?? '').split(delimiter)) {
    const candidate = join(folder, 'pulumi');
    if (folder !== '' && folder !== notIn && existsSync(candidate) && isNewEnough(await versionOf(candidate)))
      return candidate;
  }
  const given = environment.XDG_CACHE_HOME ?? '';
  const cache = given === '' ? join(environment.HOME ?? homedir(), '.cache') : given;
  const built = join(cache, 'beanpole', builtFolder, 'bin', 'pulumi');
  if (existsSync(built)) return built;
  throw new UserError(
    `There is no Pulumi CLI of at least v${minimum.join('.')} on the PATH, and none at ${built}.`,
    {
      next: 'npm run demo   (installs what is missing first)',
    },
  );
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
}

function versionOf(program: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      program,
      ['version'],
      { env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' } },
      (error, stdout) => {
        resolve(error ? '' : stdout.trim());
      },
    );
  });
}
