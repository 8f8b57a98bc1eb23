import { expect } from 'chai';
import { architectureOf } from '../../../cli/versions/architecture.ts';
import {
  bundleProblems,
  maximumBytes,
  sizeProblems,
  type BundleContents,
} from '../../../cli/versions/start-command.ts';

const contents = (changes: Partial<BundleContents>): BundleContents => ({
  paths: ['server.js'],
  procfile: undefined,
  packageJson: undefined,
  ...changes,
});

describe('bundleProblems', () => {
  const table: readonly (readonly [string, Partial<BundleContents>, boolean, RegExp | undefined])[] = [
    ['accepts a Procfile', { procfile: '# the site\nweb: node server.js\n' }, true, undefined],
    ['accepts a start script', { packageJson: '{"scripts":{"start":"node ."}}' }, true, undefined],
    ['accepts a bundle whose platform knows how to start it', {}, false, undefined],
    ['names an empty folder', { paths: [] }, true, /^app is empty/],
    [
      'misses a start command',
      { packageJson: '{"scripts":{"build":"tsc"}}' },
      true,
      /^app has no start command: no Procfile/,
    ],
    ['does not count comments as a Procfile', { procfile: '# web: later' }, true, /no start command/],
    [
      'points to a bundle with a folder too many',
      { paths: ['app/Procfile'] },
      true,
      /app\/Procfile lies too deep/,
    ],
    [
      'shows a line that is no process',
      { procfile: 'web: node .\nnode server.js' },
      true,
      /line "node server.js" is not "name: command"/,
    ],
    ['shows a package.json that is none', { packageJson: '{' }, true, /package.json is not JSON/],
  ];
  for (const [behaviour, changes, needed, words] of table)
    it(behaviour, () => {
      const problems = bundleProblems('app', contents(changes), needed);
      if (words) expect(problems.join('\n')).to.match(words);
      else expect(problems).to.deep.equal([]);
    });

  it('accepts 512 MB and not a byte more', () => {
    expect(sizeProblems('app', maximumBytes)).to.deep.equal([]);
    expect(sizeProblems('app', maximumBytes + 1)).to.have.length(1);
  });
});

describe('architectureOf', () => {
  it("is the environments', and this machine's before there is any", () => {
    expect(architectureOf([{ architecture: 'arm64' }], 'arm64')).to.equal('arm64');
    expect(architectureOf([], 'x64')).to.equal('x86_64');
  });

  it('refuses to build for another architecture', () => {
    expect(() => architectureOf([{ architecture: 'arm64' }], 'x64')).to.throw(
      "The environments' instances are arm64, and this machine builds for x86_64.",
    );
    expect(() => architectureOf([{ architecture: 'arm64' }, { architecture: 'x86_64' }], 'x64')).to.throw(
      'differ in architecture: arm64, x86_64',
    );
  });
});
