import { expect } from 'chai';
import { archiveLimits } from '../../../model/source-bundle/rules.ts';
import { architectureOf } from '../../../cli/versions/architecture.ts';
import {
  bundleProblems,
  hasOnceSteps,
  needsBuild,
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
      /^app: Procfile line 2 is not "name: command": node server.js$/,
    ],
    [
      'shows a process that is named twice, as an instance would',
      { procfile: 'web: a\nweb: b' },
      true,
      /^app: Procfile line 2 names web a second time.$/,
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
    expect(sizeProblems('app', archiveLimits.compressedBytes)).to.deep.equal([]);
    expect(sizeProblems('app', archiveLimits.compressedBytes + 1)).to.have.length(1);
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

describe('a bundle', () => {
  const contents = (more: Partial<Parameters<typeof needsBuild>[0]>) => ({
    paths: [],
    procfile: undefined,
    packageJson: undefined,
    ...more,
  });

  for (const { title, more, platforms, expected } of [
    {
      title: 'without dependencies',
      more: { paths: ['app.js'], packageJson: '{}' },
      platforms: ['nodejs'],
      expected: false,
    },
    {
      title: 'with packages to install',
      more: { packageJson: '{"dependencies":{"a":"1"}}' },
      platforms: ['nodejs'],
      expected: true,
    },
    {
      title: 'with its packages',
      more: { paths: ['node_modules/a/a.js'], packageJson: '{"dependencies":{"a":"1"}}' },
      platforms: ['nodejs'],
      expected: false,
    },
    { title: 'of Python', more: { paths: ['application.py'] }, platforms: ['python'], expected: true },
    {
      title: 'of Python with its packages',
      more: { paths: ['a.py', '.python_packages/b.py'] },
      platforms: ['python'],
      expected: false,
    },
    { title: 'with composer.json', more: { paths: ['composer.json'] }, platforms: ['php'], expected: true },
    {
      title: 'with vendor',
      more: { paths: ['composer.json', 'vendor/autoload.php'] },
      platforms: ['php'],
      expected: false,
    },
  ] as const)
    it(`${title} is ${expected ? 'built' : 'taken as it is'}`, () => {
      expect(needsBuild(contents(more), platforms)).to.equal(expected);
    });

  for (const { title, more, expected } of [
    { title: 'a release process', more: { procfile: 'web: a\nrelease: node migrate.js' }, expected: true },
    { title: 'a release process further in', more: { procfile: '  release: x\n web: a' }, expected: true },
    {
      title: 'a process whose name begins like it',
      more: { procfile: 'web: a\nreleases: b' },
      expected: false,
    },
    { title: 'a command for the leader', more: { extensions: ['a:\n  leader_only: true'] }, expected: true },
    { title: 'the same in JSON', more: { extensions: ['{"leader_only":"true"}'] }, expected: true },
    { title: 'a command for all', more: { extensions: ['leader_only: false'] }, expected: false },
  ])
    it(`with ${title} has ${expected ? 'something' : 'nothing'} to do once per deployment`, () => {
      expect(hasOnceSteps(contents(more))).to.equal(expected);
    });
});
