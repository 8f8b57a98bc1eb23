import { expect } from 'chai';
import { keys, parameters } from '../../../model/names.ts';
import type { DeploymentRecord } from '../../../model/schemas.ts';
import { rollbackDepth, usesOf, reasonsFor } from '../../../cli/versions/uses.ts';
import { chooseVersions } from '../../../cli/versions/lifecycle.ts';
import type { Account } from '../support/account.ts';
import { errorOf, run, shop } from '../support/commands.ts';
import { application, pointer, version } from '../support/fixtures.ts';

const digest = (character: string) => character.repeat(64);

/** A version with a bundle of its own, so many days old. */
const old = (label: string, days: number, character: string) =>
  version(label, {
    createdAt: new Date(Date.UTC(2026, 4, 1) - days * 86_400_000).toISOString(),
    bundles: {
      WebServer: { key: keys.bundle(digest(character)), sha256: digest(character), bytes: 1000 },
    },
  });

/** Five versions, v1 the oldest; v1 and v2 have the same bundle. */
function stocked(): Account {
  const self = shop();
  const all = [
    old('v1', 50, 'a'),
    old('v2', 40, 'a'),
    old('v3', 30, 'c'),
    old('v4', 20, 'd'),
    old('v5', 10, 'e'),
  ];
  for (const each of all) {
    self.bucket.put(keys.version(each.label), each);
    self.bucket.objects.set(each.bundles.WebServer?.key ?? '', Buffer.from(each.label));
  }
  return self;
}

const labels = ({ bucket }: Account) =>
  [...bucket.objects.keys()]
    .filter((key) => key.startsWith(keys.versions))
    .map((key) => key.slice(keys.versions.length, -'.json'.length))
    .sort();
const bundles = ({ bucket }: Account) =>
  [...bucket.objects.keys()]
    .filter((key) => key.startsWith(keys.bundles))
    .map((key) => key[8])
    .sort();

describe('beanpole version prune', () => {
  it('deletes all beyond the newest, with the bundles that no version has any more', async () => {
    const self = stocked();
    await run(self, 'version prune --keep 4');
    expect(labels(self)).to.deep.equal(['v2', 'v3', 'v4', 'v5']);
    expect(bundles(self), 'v2 has the bundle of v1').to.deep.equal(['a', 'c', 'd', 'e']);
    await run(self, 'version prune --keep 2');
    expect(labels(self)).to.deep.equal(['v4', 'v5']);
    expect(bundles(self)).to.deep.equal(['d', 'e']);
  });

  it('keeps what runs and what can be gone back to, and says why', async () => {
    const self = stocked();
    await run(self, 'deploy dev/web --version v1');
    await run(self, 'deploy dev/web --version v3');
    await run(self, 'version prune --keep 1 --dry-run');
    const [table = ''] = self.output.data;
    expect(table)
      .to.match(/v4 .*delete +not in use/)
      .and.match(/v3 .*keep +dev\/web runs it/)
      .and.match(/v1 .*keep +dev\/web can be rolled back to it/);
    expect(labels(self)).to.have.length(5);
    await run(self, 'version prune --keep 1');
    expect(labels(self)).to.deep.equal(['v1', 'v3', 'v5']);
    await run(self, 'rollback dev/web');
  });

  it('deletes by age, by the rule of the application, and never the newest', async () => {
    const self = stocked();
    await run(self, 'version prune --older-than 35d');
    expect(labels(self)).to.deep.equal(['v3', 'v4', 'v5']);
    const rule = { ...application, versionLifecycle: { maxAgeDays: 1 } };
    self.parameters.set(parameters.application('shop'), JSON.stringify(rule));
    await run(self, 'version prune --json');
    expect(self.output.json).to.deep.equal([{ deleted: ['v4', 'v3'], kept: [] }]);
    expect(labels(self)).to.deep.equal(['v5']);
  });

  it('asks what is old when nobody says so', async () => {
    const error = await errorOf(stocked(), 'version prune');
    expect(error.exitCode).to.equal(2);
    expect((await errorOf(stocked(), 'version prune --keep none')).message).to.contain('--keep none');
  });

  it('leaves a bundle alone that was uploaded a moment ago: its manifest may be on the way', async () => {
    const self = stocked();
    self.bucket.objects.set(keys.bundle(digest('f')), Buffer.from('new'));
    self.bucket.modified.set(keys.bundle(digest('f')), Date.UTC(2026, 4, 1, 11, 30));
    self.bucket.objects.set(keys.bundle(digest('9')), Buffer.from('forgotten'));
    await run(self, 'version prune --keep 4');
    expect(bundles(self)).to.deep.equal(['a', 'c', 'd', 'e', 'f']);
  });

  it('gives back a bundle that a new version came to name while it was deleted', async () => {
    const self = stocked();
    self.bucket.afterDelete = (key) => {
      if (key === keys.bundle(digest('c'))) self.bucket.put(keys.version('v6'), old('v6', 0, 'c'));
    };
    await run(self, 'version prune --keep 2');
    expect(labels(self)).to.deep.equal(['v4', 'v5', 'v6']);
    expect(bundles(self)).to.deep.equal(['c', 'd', 'e']);
    expect(self.bucket.objects.get(keys.bundle(digest('c')))?.toString()).to.equal('v3');
  });
});

describe('beanpole version delete', () => {
  it('deletes one, whose label is remembered', async () => {
    const self = stocked();
    await run(self, 'version delete v3');
    expect(labels(self)).to.deep.equal(['v1', 'v2', 'v4', 'v5']);
    const error = await errorOf(self, 'version show v3');
    expect(error.message).to.contain('Version v3 was deleted by ann@laptop at 2026-05-01');
  });

  it('refuses one that is in use, and says where', async () => {
    const self = stocked();
    await run(self, 'deploy dev/web --version v3');
    const error = await errorOf(self, 'version delete v3');
    expect(error.message).to.equal('Version v3 is in use: dev/web runs it.');
    expect(labels(self)).to.include('v3');
    await run(self, 'version show v3');
    expect(self.output.data.at(-1)).to.contain('Needed       dev/web runs it');
  });
});

describe('what an environment needs', () => {
  const record = (number: number, label: string, changes: Partial<DeploymentRecord> = {}) =>
    ({
      number,
      status: 'Succeeded',
      target: pointer(label, number),
      previous: null,
      displaced: null,
      ...changes,
    }) as DeploymentRecord;

  it(`is what runs, and the ${rollbackDepth} versions that ran before, each once`, () => {
    const current = { active: 'blue', slots: { blue: pointer('v6', 6), green: null } } as const;
    const records = ['v6', 'v5', 'v6', 'v4', 'v3', 'v2'].map((label, index) => record(6 - index, label));
    const uses = usesOf('prod/web', current, records);
    expect(uses.map(({ pointer: { versionLabel } }) => versionLabel)).to.deep.equal(['v6', 'v5', 'v4', 'v3']);
  });

  it('is all that a deployment under way may need, also to go back', () => {
    const inFlight = record(2, 'v3', {
      status: 'InProgress',
      previous: pointer('v2', 1),
      displaced: pointer('v1', 0),
    });
    const uses = usesOf('prod/web', undefined, [inFlight]);
    for (const label of ['v1', 'v2', 'v3'])
      expect(reasonsFor(uses, label)).to.deep.equal(['deployment 2 of prod/web is under way']);
  });

  it('is not what failed there', () => {
    expect(usesOf('prod/web', undefined, [record(1, 'v1', { status: 'RolledBack' })])).to.deep.equal([]);
  });
});

describe('which versions are old', () => {
  const versions = [old('v3', 1, 'c'), old('v2', 40, 'b'), old('v1', 50, 'a')];
  const now = Date.UTC(2026, 4, 1);
  const doomed = (limits: Parameters<typeof chooseVersions>[1]) =>
    chooseVersions(versions, limits, [], now).doomed.map(({ label }) => label);

  it('with two limits is what is beyond both', () => {
    const thirtyDays = 30 * 86_400_000;
    expect(doomed({ keep: 2, olderThanMilliseconds: thirtyDays })).to.deep.equal(['v1']);
    expect(doomed({ keep: 1, olderThanMilliseconds: thirtyDays })).to.deep.equal(['v2', 'v1']);
    expect(doomed({ olderThanMilliseconds: 45 * 86_400_000 })).to.deep.equal(['v1']);
  });
});
