import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { mockClient } from 'aws-sdk-client-mock';
import { expect } from 'chai';
import { UserError } from '../../cli/errors.ts';
import { keys } from '../../model/names.ts';
import { account } from './support/account.ts';
import { current, errorOf, interrupted, record, run, shop } from './support/commands.ts';
import { environment, lockOfBob, name, pointer, version } from './support/fixtures.ts';

describe('beanpole deploy', () => {
  it('brings all environments of a stack to the newest version', async () => {
    const self = shop();
    const worker = environment({ environment: 'worker', tier: 'Worker' });
    self.add(
      { ...worker, slots: { ...worker.slots, blue: { ...worker.slots.blue, autoScalingGroup: 'workers' } } },
      'i-9',
    );
    const { WebServer } = version('v2').bundles;
    self.bucket.put(keys.version('v2'), version('v2', { bundles: { WebServer, Worker: WebServer } }));
    await run(self, 'deploy dev');
    expect(self.sent.flatMap(({ InstanceIds }) => InstanceIds).sort()).to.deep.equal(['i-1', 'i-9']);
    expect(self.output.notes.filter((note) => note.includes('runs v2'))).to.have.length(2);
  });

  it('gives instances the time that is asked for, in this deployment only', async () => {
    const self = shop();
    await run(self, 'deploy dev/web --version v1 --timeout 90s');
    await run(self, 'deploy dev/web --version v2');
    expect(self.sent.map(({ Parameters }) => Parameters?.Timeout)).to.deep.equal([['90'], ['300']]);
  });

  it('refuses alarms that there are not: they would never stop anything', async () => {
    const self = shop();
    mockClient(self.context.clients.cloudwatch)
      .on(DescribeAlarmsCommand)
      .resolves({ MetricAlarms: [{ AlarmName: 'errors', StateValue: 'OK' }] });
    await run(self, 'deploy dev/web --version v1');
    const line = 'deploy dev/web --version v2 --policy BlueGreen --keep-warm 1s --alarms errors,latncy';
    const error = await errorOf(self, line);
    expect(error.message).to.contain('There is no CloudWatch alarm latncy').and.not.contain('alarm errors');
    expect(error.exitCode).to.equal(2);
    expect(self.sent).to.have.length(1);
  });

  it('sends the document everything that the agent needs', async () => {
    const self = shop();
    self.parameters.set('/beanpole/shop/dev/web/properties/API_KEY', 'sealed');
    await run(self, 'deploy dev/web --version v1');
    const [command] = self.sent;
    expect(command).to.include({
      DocumentName: 'beanpole-shop-deploy',
      TimeoutSeconds: 60,
      MaxErrors: '100%',
    });
    expect(command?.Parameters).to.include.keys(
      'Deployment',
      'FencingToken',
      'BundleKey',
      'Sha256',
      'VersionLabel',
      'Configuration',
      'Timeout',
    );
    const configuration = JSON.parse(
      Buffer.from(command?.Parameters?.Configuration?.[0] ?? '', 'base64').toString(),
    ) as unknown;
    expect(configuration).to.deep.equal({
      properties: { GREETING: 'hello' },
      parameters: [{ name: 'API_KEY', parameter: '/beanpole/shop/dev/web/properties/API_KEY', version: 3 }],
    });
  });

  it('leaves pointer, record, a free lock and events behind', async () => {
    const self = shop();
    await run(self, 'deploy dev/web --version v1');
    expect(current(self).slots.blue).to.include({ versionLabel: 'v1', deployment: 1 });
    expect(record(self, 1).status).to.equal('Succeeded');
    expect(self.bucket.json(keys.lock(name))).to.include({ holder: null, deployment: 1, fencingToken: 1 });
    expect(self.events.map(({ message }) => message).at(-1)).to.equal('Deployment 1 of v1: Succeeded.');
    expect(
      self.events.every(({ environment: of, deployment }) => of === 'dev/web' && deployment === 1),
    ).to.equal(true);
  });

  it('changes nothing in a dry run', async () => {
    const self = shop();
    const before = [...self.bucket.objects.keys()];
    await run(self, 'deploy dev --dry-run');
    expect([...self.bucket.objects.keys()]).to.deep.equal(before);
    expect(self.output.data.join())
      .to.contain('1. Send v2 to every running instance')
      .and.to.contain('Undo:')
      .and.to.contain('Point of no return');
  });

  it('ends with 3, the own last line of the application and what is true now', async () => {
    const self = shop();
    await run(self, 'deploy dev/web --version v1');
    self.answer = (_, { VersionLabel }) =>
      VersionLabel?.[0] === 'v2'
        ? {
            outcome: 'Failed',
            serving: 'v1',
            reason: 'web exited with code 1 before it was healthy',
            lastLines: ['Error: DATABASE_URL is not set'],
          }
        : {};
    const error = await errorOf(self, 'deploy dev/web --version v2');
    expect(error.exitCode).to.equal(3);
    expect(error.message).to.equal(
      'Deployment 2 of v2 to dev/web failed: i-1: web exited with code 1 before it was healthy.',
    );
    expect(error.now).to.deep.equal(['  Error: DATABASE_URL is not set', 'dev/web runs v1 again.']);
    expect(error.next).to.contain('beanpole logs dev/web');
    expect(current(self).slots.blue?.versionLabel).to.equal('v1');
  });

  it('ends with 4 when an instance cannot go back either', async () => {
    const self = shop();
    self.groups.get('shop-dev-web-blue')?.push({ id: 'i-2', state: 'InService' });
    await run(self, 'deploy dev/web --version v1');
    self.answer = (id, { Deployment, VersionLabel }) =>
      Deployment?.[0] === '2' && (id === 'i-2' || VersionLabel?.[0] === 'v1')
        ? { outcome: 'Failed', serving: id === 'i-2' ? 'v1' : 'v2', reason: 'no' }
        : {};
    const error = await errorOf(self, 'deploy dev/web --version v2');
    expect(error.exitCode).to.equal(4);
    expect(error.now).to.include.members([
      'dev/web is not fully back at v1.',
      'i-1 serves v2.',
      'i-2 serves v1.',
    ]);
  });

  it('ends with 4 when it stops on the way back, for whatever reason, and says what still can be done', async () => {
    const self = shop();
    await run(self, 'deploy dev/web --version v1');
    let calls = 0;
    self.answer = () => {
      if (calls++ > 0) throw new UserError('The group is gone.', { next: 'pulumi up -s dev' });
      return { outcome: 'Failed', reason: 'no' };
    };
    const error = await errorOf(self, 'deploy dev/web --version v2');
    expect(record(self, 2).status).to.equal('InProgress');
    expect(error.exitCode).to.equal(4);
    expect(error.message).to.equal('Deployment 2 of v2 to dev/web stopped in the middle: The group is gone.');
    expect(error.now).to.include('What may help first: pulumi up -s dev');
    expect(error.next).to.equal('beanpole resume dev/web   (goes on undoing it)');
  });

  it('tells every outcome of several environments, the worst by the exit code', async () => {
    const self = shop();
    const { slots } = environment();
    const slot = (slotName: 'blue' | 'green') => ({
      ...slots[slotName],
      autoScalingGroup: `api-${slotName}`,
    });
    self.add(environment({ environment: 'api', slots: { blue: slot('blue'), green: slot('green') } }), 'i-9');
    await run(self, 'deploy dev --version v1');
    self.answer = (id) => (id === 'i-1' ? { outcome: 'Failed', serving: 'v2', reason: 'no' } : {});
    const unavailable = Object.assign(new Error('Reduce your request rate.'), {
      name: 'SlowDown',
      $metadata: { httpStatusCode: 503 },
    });
    self.bucket.beforePut = (key) => {
      if (key === keys.lock({ ...name, environment: 'api' })) throw unavailable;
    };
    const error = await errorOf(self, 'deploy dev --version v2');
    expect(error.exitCode).to.equal(4);
    expect(error.message)
      .to.include('dev/web is not fully back at v1.')
      .and.include('AWS answered with SlowDown: Reduce your request rate.');
    expect(error.next).to.match(/^beanpole deploy dev\/web --version v1/);
  });

  it('succeeds when only the addresses cannot be looked up', async () => {
    const self = shop();
    const hostName = { hostedZoneId: 'Z1', name: 'dev.shop.example', ownName: 'web.dev.env.shop.example' };
    self.add(environment({ hostName }), 'i-1');
    mockClient(self.context.clients.route53).rejects(
      Object.assign(new Error('no'), { name: 'AccessDenied' }),
    );
    await run(self, 'deploy dev/web --version v1');
    expect(self.output.notes.join('\n')).to.include('dev/web runs v1 (deployment 1');
  });

  it('ends with 5 and changes nothing while another holds the lock', async () => {
    const self = shop();
    self.bucket.put(keys.lock(name), lockOfBob('2026-05-01T12:00:10.000Z'));
    const error = await errorOf(self, 'deploy dev/web');
    expect(error.exitCode).to.equal(5);
    expect(error.message).to.contain('bob@desk, process 7: deploys v1');
    expect(self.sent).to.have.length(0);
  });

  it('explains an interrupted deployment in status', async () => {
    const self = await interrupted();
    await run(self, 'status dev/web');
    expect(self.output.data.join('\n')).to.match(
      /Deployment 2 of v2 by ann@laptop was interrupted at step "instances".*next: beanpole resume dev\/web continues it/,
    );
  });

  it('continues an interrupted deployment, joining the command in flight', async () => {
    const self = await interrupted();
    const sent = self.sent.length;
    await run(self, 'deploy dev/web');
    expect(record(self, 2).status).to.equal('Succeeded');
    expect(self.sent).to.have.length(sent);
    expect(current(self).slots.blue?.versionLabel).to.equal('v2');
  });

  it('undoes an interrupted deployment before another version that was asked for', async () => {
    const self = await interrupted();
    await run(self, 'deploy dev/web --version v1');
    expect(record(self, 2)).to.include({ status: 'RolledBack', reason: 'superseded by v1' });
    expect(record(self, 3).status).to.equal('Succeeded');
    expect(current(self).slots.blue).to.include({ versionLabel: 'v1', deployment: 3 });
  });

  it('warns, and goes on, when the version has nothing for a tier', async () => {
    const self = shop();
    self.add(environment({ environment: 'worker', tier: 'Worker' }), 'i-1');
    await run(self, 'deploy dev');
    expect(self.output.notes.join('\n')).to.contain('v2 has no Worker bundle: dev/worker stays as it is.');
  });

  for (const [line, message] of [
    ['deploy stage', 'The stack stage has no environments in this account and region.'],
    ['deploy dev/api', 'The stack dev has no environment api.'],
    ['deploy dev --version v9', 'There is no version v9.'],
    ['deploy dev/web/x', '"dev/web/x" names no environment.'],
    ['deploy dev --application blog', 'The application blog does not exist in this account and region.'],
  ] as const)
    it(`ends with 2: ${line}`, async () => {
      const error = await errorOf(shop(), line);
      expect(error.exitCode).to.equal(2);
      expect(error.message).to.equal(message);
      expect(error.next).to.be.a('string');
    });
});

describe('beanpole status', () => {
  it('shows version, deployment, health and instances', async () => {
    const self = shop();
    await run(self, 'deploy dev/web --version v1');
    self.bucket.put(keys.health(name, 'i-1'), {
      instanceId: 'i-1',
      availabilityZone: 'eu-central-1a',
      privateIp: '10.0.0.1',
      status: 'Warning',
      causes: ['5 % of requests fail'],
      versionLabel: 'v1',
      deployment: 1,
      launchedAt: '2026-05-01T11:00:00.000Z',
      reportedAt: '2026-05-01T12:00:00.000Z',
    });
    await run(self, 'status --json');
    expect(self.output.json[0]).to.deep.equal([
      {
        environment: 'dev/web',
        tier: 'WebServer',
        type: 'SingleInstance',
        version: 'v1',
        deployment: { number: 1, status: 'Succeeded', version: 'v1' },
        health: 'Warning',
        instances: [
          {
            id: 'i-1',
            zone: 'eu-central-1a',
            version: 'v1',
            status: 'Warning',
            causes: ['5 % of requests fail'],
          },
        ],
        desired: 1,
        address: 'http://dev.shop.example/',
        infrastructureChangePending: false,
        lock: null,
        notes: [],
      },
    ]);
  });

  it('says what to type when there is no version yet', async () => {
    const self = shop();
    await run(self, 'status');
    expect(self.output.data.join()).to.contain('dev/web: No version yet; next: beanpole deploy dev/web');
  });
});

describe('beanpole version', () => {
  it('lists the newest first', async () => {
    const self = shop();
    await run(self, 'version list');
    const lines = self.output.data.join().split('\n');
    expect(lines.map((line) => line.split(/\s+/)[0])).to.deep.equal(['VERSION', 'v2', 'v1']);
  });

  it('shows where a version runs', async () => {
    const self = shop();
    self.bucket.put(keys.current(name), { active: 'blue', slots: { blue: pointer('v1', 1), green: null } });
    await run(self, 'version show v1 --json');
    expect(self.output.json[0]).to.deep.include({ label: 'v1', environments: ['dev/web'] });
  });
});

describe('beanpole open', () => {
  it('prints the address', async () => {
    const self = shop();
    await run(self, 'open dev --print');
    expect(self.output.data).to.deep.equal(['http://dev.shop.example/']);
  });

  it('says why a worker has none', async () => {
    const self = account();
    const { url: _, ...worker } = environment({ tier: 'Worker' });
    self.add(worker, 'i-1');
    expect((await errorOf(self, 'open dev')).message).to.equal('dev has no address: dev/web is a Worker.');
  });
});
