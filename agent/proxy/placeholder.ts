import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { displayName, type EnvironmentName } from '../../model/names.ts';
import { writeAtomically } from '../atomic-file.ts';

/** Shown by an environment that never had a version; also passes its health check, as nothing is wrong. */
export async function showPlaceholder(folder: string, name: EnvironmentName): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeAtomically(path.join(folder, 'index.html'), placeholderPage(name), 0o644);
  await writeAtomically(path.join(folder, 'health.html'), 'no version yet\n', 0o644);
}

/** Without the page the placeholder answers 503: this instance is not ready for its environment's version. */
export async function hidePlaceholder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all(
    ['index.html', 'health.html'].map((file) => rm(path.join(folder, file), { force: true })),
  );
}

const escape = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => `&#${character.codePointAt(0) ?? 0};`);

export const placeholderPage = (name: EnvironmentName): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(name.application)}: no version yet</title>
<style>
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 18px/1.6 system-ui, sans-serif;
    color: #1c2b33; background: #f3f6f4; }
  main { max-width: 34rem; padding: 2rem; }
  h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
  code { background: #e0e8e3; border-radius: .3rem; padding: .15rem .45rem; }
</style>
<main>
  <h1>There is no version yet</h1>
  <p>The environment <strong>${escape(displayName(name))}</strong> of ${escape(name.application)} is up and waits
  for its first application version.</p>
  <p>Next: <code>beanpole deploy ${escape(displayName(name))} --version &lt;label&gt;</code></p>
</main>
</html>
`;
