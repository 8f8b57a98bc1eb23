import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** One file, link or executable of a source bundle, by its path in the bundle. */
export interface SourceFile {
  /** With `/`, relative to the bundle's root. */
  readonly path: string;
  /** Where it lies on this machine. */
  readonly from: string;
  readonly isLink: boolean;
}

interface Rules {
  readonly folder: string;
  readonly ignores: Ignore;
}

/** Never part of a bundle, whatever the ignore files say. */
const alwaysLeftOut = new Set(['.git', '.ebignore', '.DS_Store']);

/**
 * The files of a source folder, sorted. `.ebignore` replaces `.gitignore`, as in Elastic Beanstalk;
 * without one, all .gitignore files from the repository's root downwards count.
 */
export async function listSource(folder: string): Promise<SourceFile[]> {
  const root = resolve(folder);
  const ebignore = join(root, '.ebignore');
  const rules = existsSync(ebignore) ? [rulesOf(root, ebignore)] : gitignoresAbove(root);
  return walk(root, root, rules, !existsSync(ebignore));
}

/**
 * Which installed files a source folder's `.ebignore` leaves out, by their paths in the bundle. A pattern for all of
 * `node_modules` speaks of the folder on this machine; one for something in it speaks of what is installed, too.
 */
export function ignoredModules(folder: string): (path: string) => boolean {
  const ebignore = join(folder, '.ebignore');
  if (!existsSync(ebignore)) return () => false;
  const patterns = readFileSync(ebignore, 'utf8')
    .split('\n')
    .filter((line) => somethingInModules.test(line));
  const ignores = ignore().add(patterns);
  return (path) => ignores.ignores(path);
}

/** `node_modules/x`, but neither `node_modules` nor `node_modules/**`. */
const somethingInModules = /^!?\/?node_modules\/.*[^\s/*]/;

/** Every file of a folder that we have filled ourselves, sorted. */
export const listEverything = (folder: string): Promise<SourceFile[]> =>
  walk(resolve(folder), resolve(folder), [], false);

async function walk(
  root: string,
  folder: string,
  rules: readonly Rules[],
  readsGitignore: boolean,
): Promise<SourceFile[]> {
  const own = join(folder, '.gitignore');
  const known = rules.some((rule) => rule.folder === folder);
  const here = readsGitignore && !known && existsSync(own) ? [...rules, rulesOf(folder, own)] : rules;
  const entries = (await readdir(folder, { withFileTypes: true })).filter(
    ({ name }) => !alwaysLeftOut.has(name),
  );
  const found = await Promise.all(
    entries.map(async (entry): Promise<SourceFile[]> => {
      const from = join(folder, entry.name);
      if (isIgnored(from, entry.isDirectory(), here)) return [];
      if (entry.isDirectory()) return walk(root, from, here, readsGitignore);
      if (!entry.isFile() && !entry.isSymbolicLink()) return [];
      return [{ path: relative(root, from).split(sep).join('/'), from, isLink: entry.isSymbolicLink() }];
    }),
  );
  return byPath(found.flat());
}

export const byPath = (files: readonly SourceFile[]): SourceFile[] =>
  [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));

const rulesOf = (folder: string, file: string): Rules => ({
  folder,
  ignores: ignore().add(readFileSync(file, 'utf8')),
});

/** The innermost file that has something to say decides, as in git. */
function isIgnored(path: string, isFolder: boolean, rules: readonly Rules[]): boolean {
  for (const { folder, ignores } of rules.toReversed()) {
    const inside = relative(folder, path).split(sep).join('/');
    const { ignored, unignored } = ignores.test(isFolder ? `${inside}/` : inside);
    if (ignored || unignored) return ignored;
  }
  return false;
}

/** From the repository's root down to the folder itself; only the folder's own when there is no repository. */
function gitignoresAbove(folder: string): Rules[] {
  const folders = ancestors(folder);
  const repository = folders.findIndex((candidate) => existsSync(join(candidate, '.git')));
  const counted = repository < 0 ? [folder] : folders.slice(0, repository + 1);
  return counted
    .toReversed()
    .filter((candidate) => existsSync(join(candidate, '.gitignore')))
    .map((candidate) => rulesOf(candidate, join(candidate, '.gitignore')));
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
