import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';

/** Where Beanpole itself lies: the Pulumi program and the local cloud's programs. */
export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** What one local cloud keeps, all in one folder. */
export interface CloudFolders {
  readonly state: string;
  /** First on the PATH of whoever works on the local cloud: holds our `pulumi`. */
  readonly bin: string;
  /** The cloud's own copies of the stack files: an encryption salt of this cloud must not leak into the repository. */
  readonly project: string;
  readonly pulumiHome: string;
  readonly pulumiBackend: string;
  readonly passphrase: string;
}

export function cloudFolders({
  environment,
  project,
}: Pick<Context, 'environment' | 'project'>): CloudFolders {
  const given = environment.BEANPOLE_CLOUD ?? '';
  if (given === '' && !existsSync(join(project.folder, 'Pulumi.yaml'))) throw withoutProject(project.folder);
  const state = resolve(given === '' ? join(project.folder, '.cloud') : given);
  return {
    state,
    bin: join(state, 'bin'),
    project: join(state, 'project'),
    pulumiHome: join(state, 'pulumi-home'),
    pulumiBackend: join(state, 'pulumi-backend'),
    passphrase: join(state, 'pulumi-passphrase'),
  };
}

/** A cloud belongs to a project: one made in any other folder would be forgotten there. */
const withoutProject = (folder: string): UserError =>
  new UserError(`There is no Pulumi.yaml in ${folder} or above it, so no local cloud belongs here.`, {
    next: 'the same command in the folder that holds Pulumi.yaml   (or set BEANPOLE_CLOUD to the folder of a cloud)',
  });
