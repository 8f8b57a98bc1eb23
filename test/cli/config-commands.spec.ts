import { expect } from 'chai';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { holderOf } from '../../cli/configuration/change.ts';
import type { StoredProperty } from '../../cli/configuration/property-store.ts';
import { keys } from '../../model/names.ts';
import type { CurrentPointer, DeploymentRecord } from '../../model/schemas.ts';
import { name } from './support/fixtures.ts';
import { current, errorOf, record, run, shop } from './support/commands.ts';

const path = '/beanpole/shop/dev/web/properties';
const deployed = async () => {
  const self = shop();
  await run(self, 'deploy dev/web --version v1');
  return self;
};

describe('beanpole config set', () => {
  it('stores properties and deploys the version that runs with them', async () => {
    const self = await deployed();
    await run(self, 'config set dev/web A=1 B=2');
    expect(current(self).slots.blue).to.deep.include({
      versionLabel: 'v1',
      deployment: 2,
      configuration: {
        properties: { GREETING: 'hello' },
        parameters: ['A', 'B'].map((name) => ({ name, parameter: `${path}/${name}`, version: 1 })),
      },
    });
  });

  it('keeps secrets encrypted and shows them nowhere', async () => {
    const self = await deployed();
    await run(self, 'config set dev/web --secret TOKEN=s3cret');
    expect(self.written.get(`${path}/TOKEN`)?.map(({ Type }) => Type)).to.deep.equal(['SecureString']);
    await run(self, 'config list dev/web');
    await run(self, 'config list dev/web --json');
    const everything = JSON.stringify([
      self.output,
      self.sent,
      self.events,
      [...self.bucket.objects.values()],
    ]);
    expect(everything).to.include('TOKEN').and.not.include('s3cret');
    expect(self.output.data.join()).to.match(/TOKEN +\*{8} +config set/);
  });

  it('takes the values back when the deployment fails', async () => {
    const self = await deployed();
    await run(self, 'config set dev/web A=good');
    let calls = 0;
    // Only the way there fails, not the way back.
    self.answer = () => (calls++ === 0 ? { outcome: 'Failed', reason: 'no' } : {});
    const error = await errorOf(self, 'config set dev/web A=bad NEW=1');
    expect(error.exitCode).to.equal(3);
    expect(self.written.get(`${path}/A`)?.map(({ Value }) => Value)).to.deep.equal(['good', 'bad', 'good']);
    await run(self, 'config list dev/web --json');
    expect(
      (self.output.json.at(-1) as { name: string; value: string }[]).map(({ name, value }) => [name, value]),
    ).to.deep.equal([
      ['A', 'good'],
      ['GREETING', 'hello'],
    ]);
  });

  it('undoes an interrupted deployment of the same version with other properties, and deploys its own', async () => {
    const self = await deployed();
    self.bucket.beforePut = (key) => {
      if (self.sent.length === 2 && key === keys.deployment(name, 2)) throw new Error('killed');
    };
    await errorOf(self, 'config set dev/web A=1');
    self.bucket.beforePut = () => undefined;
    await run(self, 'config set dev/web B=2');
    expect([2, 3].map((number) => record(self, number).status)).to.deep.equal(['RolledBack', 'Succeeded']);
    expect(
      current(self).slots.blue?.configuration.parameters.map((parameter) => parameter.name),
    ).to.deep.equal(['A', 'B']);
  });

  it('leaves them while the deployment that has taken them may still succeed', async () => {
    const self = await deployed();
    await run(self, 'config set dev/web A=old');
    self.bucket.beforePut = (key) => {
      const isDead = self.sent.length === 3;
      if (isDead && key === keys.deployment(name, 3)) throw new Error('killed');
    };
    expect((await errorOf(self, 'config set dev/web A=new')).exitCode).to.equal(4);
    self.bucket.beforePut = () => undefined;
    expect(record(self, 3).status).to.equal('InProgress');
    expect(self.output.notes.join('\n')).to.include(
      'A: the properties of dev/web stay as this command has left them, also for later deployments: deployment 3, which has taken them, is InProgress.',
    );
    await run(self, 'resume dev/web');
    await run(self, 'deploy dev/web --version v2');
    const [taken] = current(self).slots.blue?.configuration.parameters ?? [];
    expect(self.written.get(`${path}/A`)?.[(taken?.version ?? 0) - 1]?.Value).to.equal('new');
  });

  it('says what is stored and what is not when not all of it is', async () => {
    const self = await deployed();
    const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    self.ssm.on(PutParameterCommand, { Name: `${path}/C` }).rejects(throttled);
    const error = await errorOf(self, 'config set dev/web A=1 B=2 C=3 D=4');
    expect(error.exitCode).to.equal(4);
    expect(error.message).to.equal('Not all properties of dev/web could be written: Rate exceeded.');
    expect(error.now[0]).to.equal('Written: A, B. Not written: C, D.');
    expect([...self.written.keys()]).to.deep.equal([`${path}/A`, `${path}/B`]);
  });

  it('only stores them when it is told so, or when there is nothing to deploy', async () => {
    const self = shop();
    await run(self, 'config set dev/web A=1');
    expect(self.sent).to.deep.equal([]);
    expect(self.output.notes.join()).to.include('it has no version yet');
    await run(self, 'deploy dev/web --version v1');
    await run(self, 'config set dev/web A=2 --no-deploy');
    expect(self.sent).to.have.length(1);
    expect(current(self).slots.blue?.configuration.parameters).to.deep.include({
      name: 'A',
      parameter: `${path}/A`,
      version: 1,
    });
  });

  it('refuses to make a plain property a secret one, before anything is written', async () => {
    const self = await deployed();
    await run(self, 'config set dev/web A=1');
    const error = await errorOf(self, 'config set dev/web --secret A=2');
    expect(error.message).to.include('A is a plain property');
    expect(self.written.get(`${path}/A`)).to.have.length(1);
  });

  it('tells everything that is wrong at once', async () => {
    const error = await errorOf(await deployed(), 'config set dev/web PORT=1 9=x');
    expect(error.message).to.include('PORT').and.include('"9"');
  });
});

describe('beanpole config unset', () => {
  it('deploys without them; earlier versions stay for those who name them', async () => {
    const self = await deployed();
    await run(self, 'config set dev/web A=1 B=2');
    await run(self, 'config unset dev/web A');
    expect(current(self).slots.blue?.configuration.parameters.map(({ name }) => name)).to.deep.equal(['B']);
    expect(self.written.get(`${path}/A`)?.[0]).to.include({ Value: '1' });
    await run(self, 'deploy dev/web --version v2');
    expect(current(self).slots.blue?.configuration.parameters.map(({ name }) => name)).to.deep.equal(['B']);
  });

  it('forgets their history when it is told so', async () => {
    const self = await deployed();
    await run(self, 'config set dev/web A=1');
    await run(self, 'config unset dev/web A --delete');
    expect(self.written.has(`${path}/A`)).to.equal(false);
  });

  const using = (self: Awaited<ReturnType<typeof deployed>>) =>
    current(self).slots.blue?.configuration.parameters.map((each) => each.name);

  it('forgets nothing that instances boot with', async () => {
    const self = await deployed();
    await run(self, 'config set dev/web A=1');
    const error = await errorOf(self, 'config unset dev/web A --delete --no-deploy');
    expect(error.exitCode).to.equal(2);
    expect(error.now).to.deep.equal(['Instances of slot blue boot with it.', 'Nothing was deleted.']);
    expect(self.written.get(`${path}/A`)).to.have.length(1);
    await run(self, 'config unset dev/web A --no-deploy');
    await errorOf(self, 'config unset dev/web A --delete --no-deploy');
    expect(self.written.get(`${path}/A`)).to.have.length(2);
    expect(using(self)).to.deep.equal(['A']);
    await run(self, 'config unset dev/web A --delete');
    expect(using(self)).to.deep.equal([]);
    expect(self.written.has(`${path}/A`)).to.equal(false);
  });

  it('forgets nothing that a deployment under way, or the other slot with instances, boots with', async () => {
    const self = await deployed();
    await run(self, 'config set dev/web A=1');
    await run(self, 'config unset dev/web A');
    const before = record(self, 2);
    self.bucket.put(keys.deployment(name, 3), {
      ...record(self, 3),
      status: 'InProgress',
      previous: before.target,
    });
    const error = await errorOf(self, 'config unset dev/web A --delete --no-deploy');
    expect(error.now).to.include('Deployment 3 is under way with it.');
    self.bucket.put(keys.deployment(name, 3), { ...record(self, 3), status: 'Succeeded' });
    const pointers: CurrentPointer = current(self);
    self.bucket.put(keys.current(name), { ...pointers, slots: { ...pointers.slots, green: before.target } });
    self.groups.set('shop-dev-web-green', [{ id: 'i-2', state: 'InService' }]);
    expect((await errorOf(self, 'config unset dev/web A --delete --no-deploy')).now).to.include(
      'Instances of slot green boot with it.',
    );
    self.groups.delete('shop-dev-web-green');
    await run(self, 'config unset dev/web A --delete --no-deploy');
    expect(self.written.has(`${path}/A`)).to.equal(false);
  });

  it('names what is set when asked for something else', async () => {
    const self = await deployed();
    await run(self, 'config set dev/web A=1');
    const error = await errorOf(self, 'config unset dev/web GREETING');
    expect([error.message, ...error.now].join())
      .to.include('no property GREETING')
      .and.include('It has A.');
  });
});

describe('what was written stays with the deployment that', () => {
  const written = (more: Partial<StoredProperty> = {}) => [
    { name: 'A', version: 2, isUnset: false, ...more } as StoredProperty,
  ];
  const began = (status: string, version?: number) =>
    ({
      number: 2,
      status,
      target: { configuration: { parameters: version === undefined ? [] : [{ name: 'A', version }] } },
    }) as unknown as DeploymentRecord;
  const table: readonly (readonly [string, boolean, DeploymentRecord | undefined, StoredProperty[]])[] = [
    ['is under way', true, began('InProgress', 2), written()],
    ['succeeded', true, began('Succeeded', 2), written()],
    ['could not be rolled back', true, began('RollbackFailed', 2), written()],
    ['was rolled back', false, began('RolledBack', 2), written()],
    ['was aborted', false, began('Aborted', 2), written()],
    ['never began', false, { ...began('Succeeded', 2), number: 1 }, written()],
    ['is the first, and never began', false, undefined, written()],
    ["is somebody else's, with what was stored before", false, began('Succeeded', 1), written()],
    ['runs without what was unset', true, began('Succeeded'), written({ isUnset: true })],
    ['runs with what was unset', false, began('Succeeded', 1), written({ isUnset: true })],
  ];
  for (const [which, stays, newest, properties] of table)
    it(`${which}: ${stays ? 'yes' : 'no'}`, () => {
      expect(holderOf(properties, newest, 1) !== undefined).to.equal(stays);
    });
});
