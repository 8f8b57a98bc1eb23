import { expect } from 'chai';
import { keys } from '../../model/names.ts';
import type { DeploymentLock, DeploymentRecord } from '../../model/schemas.ts';
import { current, errorOf, interrupted, record, run, shop } from './support/commands.ts';
import { environment, name } from './support/fixtures.ts';

describe('beanpole rollback', () => {
  it('brings back what ran before, as a deployment of its own', async () => {
    const self = shop();
    await run(self, 'deploy dev/web --version v1');
    await run(self, 'deploy dev/web --version v2');
    await run(self, 'rollback dev/web');
    expect(record(self, 3)).to.include({ status: 'Succeeded', rollbackOf: 2 });
    expect(current(self).slots.blue).to.include({ versionLabel: 'v1', deployment: 3 });
  });

  it('twice says that it is done already, and changes nothing', async () => {
    const self = shop();
    await run(self, 'deploy dev/web --version v1');
    await run(self, 'deploy dev/web --version v2');
    await run(self, 'rollback dev/web');
    const sent = self.sent.length;
    const error = await errorOf(self, 'rollback dev/web');
    expect(error.exitCode).to.equal(2);
    expect(error.message).to.contain('is rolled back already');
    expect(self.sent).to.have.length(sent);
  });
});

describe('beanpole abort', () => {
  it('undoes what a dead runner has left', async () => {
    const self = await interrupted();
    await run(self, 'abort dev/web');
    expect(record(self, 2)).to.include({ status: 'Aborted', reason: 'aborted by ann@laptop' });
    expect(self.output.notes.join('\n')).to.contain('Deployment 2 of v2 to dev/web is undone.');
    expect(current(self).slots.blue?.versionLabel).to.equal('v1');
  });

  it('twice says how the deployment ended', async () => {
    const self = await interrupted();
    await run(self, 'abort dev/web');
    const error = await errorOf(self, 'abort dev/web');
    expect(error.exitCode).to.equal(2);
    expect(error.message).to.match(
      /nothing to abort: deployment 2 of v2 .* as Aborted \(aborted by ann@laptop\)/,
    );
  });

  it('asks the command that runs the deployment', async () => {
    const self = await interrupted();
    const lock = self.bucket.json(keys.lock(name)) as DeploymentLock;
    self.bucket.put(keys.lock(name), { ...lock, holder: 'bob', expiresAt: '2026-05-01T12:05:00.000Z' });
    let looks = 0;
    self.bucket.beforePut = (key) => {
      if (key === keys.abortRequest(name, 2)) looks += 1;
    };
    // Bob's command undoes it as soon as it is asked.
    self.bucket.afterPut = (key) => {
      if (key !== keys.abortRequest(name, 2)) return;
      const running = record(self, 2);
      const ended: DeploymentRecord = { ...running, status: 'Aborted', reason: 'aborted by ann@laptop' };
      self.bucket.put(keys.deployment(name, 2), ended);
    };
    await run(self, 'abort dev/web');
    expect(looks).to.equal(1);
    expect(self.output.notes.join('\n')).to.contain('bob is asked to undo it');
  });

  it('ends with 2 when the deployment has succeeded meanwhile', async () => {
    const self = await interrupted();
    const lock = self.bucket.json(keys.lock(name)) as DeploymentLock;
    self.bucket.put(keys.lock(name), { ...lock, holder: 'bob', expiresAt: '2026-05-01T12:05:00.000Z' });
    self.bucket.afterPut = (key) => {
      if (key === keys.abortRequest(name, 2))
        self.bucket.put(keys.deployment(name, 2), { ...record(self, 2), status: 'Succeeded' });
    };
    const error = await errorOf(self, 'abort dev/web');
    expect(error.exitCode).to.equal(2);
    expect(error.message).to.equal('Too late: deployment 2 of v2 to dev/web has succeeded.');
    expect(error.next).to.match(/^beanpole rollback dev\/web/);
  });

  it('has nothing to do where nothing was deployed', async () => {
    const error = await errorOf(shop(), 'abort dev/web');
    expect(error.message).to.equal('There is nothing to abort: dev/web has never been deployed to.');
  });
});

describe('beanpole resume', () => {
  it('ends what a dead runner has begun, joining the command in flight', async () => {
    const self = await interrupted();
    const sent = self.sent.length;
    await run(self, 'resume dev/web');
    expect(record(self, 2).status).to.equal('Succeeded');
    expect(self.sent).to.have.length(sent);
  });

  it('says so when the deployment has ended', async () => {
    const self = shop();
    await run(self, 'deploy dev/web --version v1');
    const error = await errorOf(self, 'resume dev/web');
    expect(error.message).to.contain('nothing to resume: deployment 1 of v1').and.to.contain('as Succeeded');
  });
});

describe('beanpole restart', () => {
  it('deploys the version that runs once more', async () => {
    const self = shop();
    await run(self, 'deploy dev/web --version v1');
    await run(self, 'restart dev/web');
    expect(self.sent).to.have.length(2);
    expect(current(self).slots.blue).to.include({ versionLabel: 'v1', deployment: 2 });
  });
});

describe('beanpole promote', () => {
  it('deploys what another environment runs', async () => {
    const self = shop();
    const prod = environment({ stack: 'prod' });
    self.add(
      { ...prod, slots: { ...prod.slots, blue: { ...prod.slots.blue, autoScalingGroup: 'prod' } } },
      'i-9',
    );
    await run(self, 'deploy dev/web --version v1');
    await run(self, 'promote dev/web prod');
    expect(self.sent.at(-1)).to.deep.include({ InstanceIds: ['i-9'] });
    expect(self.sent.at(-1)?.Parameters?.VersionLabel).to.deep.equal(['v1']);
  });

  it('refuses when there is no version to promote', async () => {
    const error = await errorOf(shop(), 'promote dev prod');
    expect(error.message).to.equal('dev does not run one version that could be promoted.');
    expect(error.now).to.include('dev/web runs no version.');
  });
});

describe('beanpole deployments', () => {
  it('lists them, newest first', async () => {
    const self = shop();
    await run(self, 'deploy dev/web --version v1');
    await run(self, 'deploy dev/web --version v2');
    await run(self, 'deployments list dev/web');
    const [table = ''] = self.output.data;
    expect(
      table
        .split('\n')
        .slice(1)
        .map((line) => line.split(/ {2,}/).slice(0, 4)),
    ).to.deep.equal([
      ['2', 'v2', 'AllAtOnce', 'Succeeded'],
      ['1', 'v1', 'AllAtOnce', 'Succeeded'],
    ]);
  });

  it('shows steps and instances of one', async () => {
    const self = shop();
    await run(self, 'deploy dev/web --version v1');
    await run(self, 'deployments show dev/web --number 1');
    expect(self.output.data.join('\n'))
      .to.contain('Deployment 1 of v1 to dev/web: Succeeded')
      .and.to.match(/settle +Done/)
      .and.to.match(/i-1 +Deployed +v1/);
  });

  it('shows how far one has got', async () => {
    const self = await interrupted();
    await run(self, 'deployments show dev/web --json');
    expect((self.output.json[0] as DeploymentRecord).status).to.equal('InProgress');
  });

  it('says so when there is no such deployment', async () => {
    const error = await errorOf(shop(), 'deployments show dev/web --number 7');
    expect(error.message).to.equal('dev/web has no deployment 7.');
  });
});
