/** What composer.json names, installed once where the version is made. */
import { UserError } from '../errors.ts';
import type { Staging } from './module-cache.ts';
import { runTool, ToolFailedError } from './run-tool.ts';
import type { SourceFile } from './source.ts';

/** As on Elastic Beanstalk: a bundle that has brought `vendor` is left as it is. */
export const needsComposer = (files: readonly SourceFile[]): boolean =>
  files.some(({ path }) => path === 'composer.json') && !files.some(({ path }) => path.startsWith('vendor/'));

export async function composerInstall(folder: string, staging: Staging): Promise<void> {
  staging.say('composer install --no-dev');
  const words = [
    'install',
    '--no-dev',
    '--no-interaction',
    '--no-progress',
    '--optimize-autoloader',
    '--quiet',
  ];
  try {
    await runTool('composer', words, folder, staging);
  } catch (error) {
    throw error instanceof ToolFailedError ? composerFailed(error) : error;
  }
}

const composerFailed = (cause: ToolFailedError): UserError =>
  new UserError('composer install failed for the bundle:', {
    now: [...cause.lines.map((line) => `  ${line}`), 'Nothing was uploaded.'],
    next: 'composer install --no-dev   (in the source folder; a folder vendor/ is taken as it is)',
    cause,
  });
