/** Elastic Beanstalk's platform hooks: programs of the bundle that run at three points of a deployment. */
import { chmod, readdir } from 'node:fs/promises';
import path from 'node:path';
import { byShell, runCommand, type BundleCommand } from './run-command.ts';

/** `hooks` at deployments of a version, `confighooks` when only properties change. */
export type HookKind = 'hooks' | 'confighooks';
export type HookPhase = 'prebuild' | 'predeploy' | 'postdeploy';

export type Surroundings = Pick<BundleCommand, 'folder' | 'environment' | 'log'>;

/** The hooks of one phase by their paths in the bundle, in the order of their names. */
export async function listHooks(release: string, kind: HookKind, phase: HookPhase): Promise<string[]> {
  const folder = path.posix.join('.platform', kind, phase);
  const entries = await readdir(path.join(release, folder), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => path.posix.join(folder, name))
    .sort();
}

/**
 * Runs the hooks of one phase, one after the other; the first that fails ends it. They are made executable, as
 * Elastic Beanstalk's platforms do since 2022: archives made on Windows know no such bit.
 */
export async function runHooks(
  release: string,
  kind: HookKind,
  phase: HookPhase,
  surroundings: Surroundings,
): Promise<number> {
  const hooks = await listHooks(release, kind, phase);
  for (const hook of hooks) {
    const program = path.join(release, hook);
    await chmod(program, 0o755);
    await runCommand({ ...surroundings, what: `The hook ${hook}`, argv: byShell(program) });
  }
  return hooks.length;
}
