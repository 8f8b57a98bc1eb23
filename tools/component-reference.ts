/**
 * Writes docs/components/: a page for each Pulumi component of infra/, from its source, the schema of the stack files and
 * the stored identities of resources. `node tools/component-reference.ts` after a change; a test fails when a page is
 * stale.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { Identities } from './component-reference/identities.ts';
import { pagesOf } from './component-reference/pages.ts';
import { readSource } from './component-reference/source.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

export const componentsFolder = join(project, 'docs/components');

/** Stack files by the stacks whose identities are stored, those first that are quoted rather. */
const stackFiles = {
  application: 'Pulumi.application.yaml',
  prod: 'Pulumi.prod.yaml',
  dev: 'Pulumi.dev.yaml',
  everything: 'test/infra/Pulumi.everything.yaml',
};

const read = (path: string): string => readFileSync(join(project, path), 'utf8');

/** The pages by their file names. */
export function componentReference(): Map<string, string> {
  const sources = globSync(['infra/**/*.ts', 'model/*.ts'], { cwd: project }).sort();
  const perStack = <T>(of: (stack: string, path: string) => T) =>
    Object.fromEntries(Object.entries(stackFiles).map(([stack, path]) => [stack, of(stack, path)]));
  return pagesOf({
    source: readSource(new Map(sources.map((path) => [path, read(path)]))),
    identities: new Identities(
      perStack((stack) => JSON.parse(read(`test/infra/identities/${stack}.json`)) as string[]),
    ),
    stackFiles: perStack((_, path) => ({
      path,
      config: (parse(read(path)) as { config: Record<string, unknown> }).config,
    })),
  });
}

if (import.meta.main) {
  const pages = componentReference();
  rmSync(componentsFolder, { recursive: true, force: true });
  mkdirSync(componentsFolder);
  for (const [name, text] of pages) writeFileSync(join(componentsFolder, name), text);
}
