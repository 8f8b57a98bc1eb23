import { expect } from 'chai';
import { current, errorOf, run, shop } from './support/commands.ts';

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

  it('names what is set when asked for something else', async () => {
    const self = await deployed();
    await run(self, 'config set dev/web A=1');
    const error = await errorOf(self, 'config unset dev/web GREETING');
    expect([error.message, ...error.now].join())
      .to.include('no property GREETING')
      .and.include('It has A.');
  });
});
