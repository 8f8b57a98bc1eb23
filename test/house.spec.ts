import { globSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect } from 'chai';

const project = resolve(import.meta.dirname, '..');

/** Which of our own folders a folder may import from, besides itself. */
const mayImport: Record<string, readonly string[]> = {
  model: [],
  infra: ['model'],
  agent: ['model'],
  cli: ['model'],
  local: [],
  tools: ['infra'],
};

const folderOf = (file: string): string => relative(project, file).split('/')[0] ?? '';

const sources = Object.keys(mayImport).flatMap((folder) =>
  globSync('**/*.ts', { cwd: join(project, folder) }).map((file) => join(project, folder, file)),
);

/** Relative imports of a file, static and dynamic, as absolute paths. */
function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const specifiers = [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(
    (match) => match[1] ?? '',
  );
  return specifiers.map((specifier) => resolve(file, '..', specifier));
}

const where = (file: string): string => relative(project, file);

describe('the house', () => {
  it('has each folder import only what the design allows', () => {
    const trespasses = sources.flatMap((file) =>
      importsOf(file)
        .filter(
          (target) =>
            folderOf(target) !== folderOf(file) && !mayImport[folderOf(file)]?.includes(folderOf(target)),
        )
        .map((target) => `${where(file)} imports ${where(target)}`),
    );
    expect(trespasses).to.deep.equal([]);
  });

  it('never asks in infra, agent or cli which cloud it is in', () => {
    const branches = sources
      .filter((file) => ['infra', 'agent', 'cli', 'model'].includes(folderOf(file)))
      .filter((file) =>
        /\bisLocal\b|\bif \(local\b|\blocalCloud\b|192\.0\.2\.1/.test(readFileSync(file, 'utf8')),
      );
    expect(branches.map(where)).to.deep.equal([]);
  });

  it('keeps local/ free of Beanpole: it knows AWS only', () => {
    const mentions = globSync('local/**/*', { cwd: project, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => /beanpole/i.test(readFileSync(file, 'utf8')));
    expect(mentions.map(where)).to.deep.equal([]);
  });
});
