import { expect } from 'chai';
import { imageTags, keys } from '../../model/names.ts';
import type { HealthReport } from '../../model/schemas.ts';
import type { Account } from './support/account.ts';
import { errorOf, run, shop } from './support/commands.ts';
import { fakeEc2, type FakeEc2 } from './support/fake-ec2.ts';
import { environment, name } from './support/fixtures.ts';

const agent = 'a'.repeat(64);

/** An environment with one healthy instance, in an account with images. */
function studio(): Account & { readonly ec2: FakeEc2 } {
  const self = shop();
  const report: HealthReport = {
    instanceId: 'i-1',
    availabilityZone: 'eu-central-1a',
    privateIp: '10.0.0.4',
    status: 'Ok',
    causes: [],
    versionLabel: 'v1',
    deployment: 1,
    agent,
    launchedAt: '2026-05-01T11:00:00.000Z',
    reportedAt: '2026-05-01T12:00:00.000Z',
  };
  self.bucket.put(keys.health(name, 'i-1'), report);
  const ec2 = fakeEc2(self);
  self.shell = (id, script) => {
    // What the machine does a moment after Run Command has reported.
    if (script.includes('shutdown -h now'))
      ec2.instances.set(id, {
        ...ec2.instances.get(id),
        State: { Name: 'stopped' },
        StateReason: { Code: 'Client.InstanceInitiatedShutdown' },
      });
    return {};
  };
  return Object.assign(self, { ec2 });
}

const scripts = (self: Account): string[] =>
  self.sent.map(({ Parameters }) => (Parameters?.commands ?? []).join('\n'));

describe('beanpole image create', () => {
  it('images a machine that was launched like an instance, prepared, and cleaned', async () => {
    const self = studio();
    await run(self, 'image create dev/web --name golden');
    const [launch] = self.ec2.launched;
    expect(launch).to.deep.include({
      LaunchTemplate: { LaunchTemplateId: 'lt-blue', Version: '1' },
      SubnetId: 'subnet-1',
      InstanceInitiatedShutdownBehavior: 'stop',
    });
    expect(Buffer.from(launch?.UserData ?? '', 'base64').toString()).not.to.contain('prepare ]');
    const [prepare, clean] = scripts(self);
    expect(self.sent.map(({ InstanceIds, DocumentName }) => [InstanceIds?.[0], DocumentName])).to.deep.equal([
      ['i-builder-1', 'AWS-RunShellScript'],
      ['i-builder-1', 'AWS-RunShellScript'],
    ]);
    expect(prepare).to.match(/sh \/root\/prepare.sh prepare$/m);
    for (const own of ['/etc/machine-id', 'ssh_host_', '/var/lib/beanpole', '/var/lib/cloud', '/var/app'])
      expect(clean).to.contain(own);
    const [image] = self.ec2.imaged;
    expect(image).to.include({ InstanceId: 'i-builder-1', Name: 'golden' });
    expect(image?.TagSpecifications?.map(({ ResourceType }) => ResourceType)).to.deep.equal([
      'image',
      'snapshot',
    ]);
    expect(image?.TagSpecifications?.[1]?.Tags).to.deep.include({ Key: imageTags.agent, Value: agent });
    expect([...self.ec2.instances.keys()]).to.deep.equal(['i-1']);
    expect(self.output.data).to.deep.equal(['ami-golden-1']);
    expect(self.output.notes.join('\n')).to.contain(
      'give web in Pulumi.dev.yaml: imageId: ami-golden-1\nNext: pulumi up -s dev',
    );
  });

  it('names the image after what it was made from, when nobody else does', async () => {
    const self = studio();
    await run(self, 'image create dev/web --json');
    expect(self.output.json[0]).to.include({ name: 'shop-dev-web-20260501120000', state: 'available' });
  });

  it('says what failed with the script’s last lines, and takes the builder away', async () => {
    const self = studio();
    self.shell = () => ({
      Status: 'Failed',
      StatusDetails: 'Failed',
      StandardErrorContent: 'No package nodejs24 available.\n',
    });
    const error = await errorOf(self, 'image create dev/web --name golden');
    expect(error.exitCode).to.equal(3);
    expect(error.now.join('\n')).to.contain('No package nodejs24 available.');
    expect([...self.ec2.instances.keys()]).to.deep.equal(['i-1']);
    expect(self.ec2.imaged).to.deep.equal([]);
  });

  it('takes the builder away when it is interrupted', async () => {
    const self = studio();
    self.shell = () => {
      self.interrupt.abort(new Error('Ctrl-C'));
      return { Status: 'InProgress' };
    };
    expect((await errorOf(self, 'image create dev/web')).message).to.equal('Ctrl-C');
    expect([...self.ec2.instances.keys()]).to.deep.equal(['i-1']);
  });

  describe('run again after it was killed', () => {
    const builder = (
      self: ReturnType<typeof studio>,
      state: 'running' | 'stopped',
      reason?: string,
    ): void => {
      self.ec2.instances.set('i-left', {
        InstanceId: 'i-left',
        State: { Name: state },
        ...(reason !== undefined && { StateReason: { Code: reason } }),
        Tags: [
          { Key: 'beanpole:application', Value: 'shop' },
          { Key: 'beanpole:stack', Value: 'dev' },
          { Key: 'beanpole:environment', Value: 'web' },
          { Key: imageTags.name, Value: 'golden' },
        ],
      });
    };

    it('prepares the builder that runs', async () => {
      const self = studio();
      builder(self, 'running');
      await run(self, 'image create dev/web');
      expect(self.ec2.launched).to.deep.equal([]);
      expect(self.ec2.imaged[0]).to.include({ InstanceId: 'i-left', Name: 'golden' });
      expect(self.output.notes[0]).to.equal('Going on with golden, which an earlier run began on i-left.');
      expect([...self.ec2.instances.keys()]).to.deep.equal(['i-1']);
    });

    it('images the builder that has cleaned itself', async () => {
      const self = studio();
      builder(self, 'stopped', 'Client.InstanceInitiatedShutdown');
      await run(self, 'image create dev/web');
      expect(self.sent).to.deep.equal([]);
      expect(self.ec2.imaged[0]).to.include({ InstanceId: 'i-left' });
    });

    it('does not trust a builder that somebody has stopped', async () => {
      const self = studio();
      builder(self, 'stopped', 'Client.UserInitiatedShutdown');
      await run(self, 'image create dev/web');
      expect(self.ec2.imaged[0]).to.include({ InstanceId: 'i-builder-1', Name: 'golden' });
      expect([...self.ec2.instances.keys()]).to.deep.equal(['i-1']);
    });

    it('waits for the image that has begun, and takes the builder away', async () => {
      const self = studio();
      await run(self, 'image create dev/web --name golden');
      const image = self.ec2.images.get('ami-golden-1');
      self.ec2.images.set('ami-golden-1', { ...image, State: 'pending' });
      self.ec2.progress.push('60%', '90%');
      builder(self, 'stopped', 'Client.InstanceInitiatedShutdown');
      await run(self, 'image create dev/web');
      expect(self.ec2.imaged).to.have.length(1);
      expect([...self.ec2.instances.keys()]).to.deep.equal(['i-1']);
    });

    it('takes an image that failed away and begins anew', async () => {
      const self = studio();
      await run(self, 'image create dev/web --name golden');
      self.ec2.images.set('ami-golden-1', { ...self.ec2.images.get('ami-golden-1'), State: 'failed' });
      self.ec2.progress.push('60%', '90%');
      await run(self, 'image create dev/web --name golden');
      expect([...self.ec2.images.keys()]).to.deep.equal(['ami-golden-2']);
    });
  });

  it('refuses a name that is taken or that EC2 would not take', async () => {
    const self = studio();
    await run(self, 'image create dev/web --name golden');
    const taken = await errorOf(self, 'image create dev/web --name golden');
    expect(taken).to.include({ exitCode: 2, message: 'There is an image golden already: ami-golden-1.' });
    expect((await errorOf(self, 'image create dev/web --name a*b')).exitCode).to.equal(2);
    expect(self.ec2.launched).to.have.length(1);
  });

  it('needs a healthy instance, and user data that can prepare', async () => {
    const self = studio();
    self.ec2.templates.set('lt-blue 1', { ImageId: 'ami-amazon', UserData: '' });
    expect((await errorOf(self, 'image create dev/web')).next).to.contain('beanpole platform update dev/web');
    self.groups.set('shop-dev-web-blue', [{ id: 'i-1', state: 'Pending:Wait' }]);
    expect((await errorOf(self, 'image create dev/web')).message).to.contain('no healthy instance');
    expect(self.ec2.launched).to.deep.equal([]);
  });
});

describe('beanpole image list and delete', () => {
  it('say who uses an image, and keep it for them', async () => {
    const self = studio();
    await run(self, 'image create dev/web --name golden');
    self.ec2.templates.set('lt-green 1', { ImageId: 'ami-golden-1', UserData: '' });
    await run(self, 'image list');
    expect(self.output.data.at(-1)).to.contain('dev/web (launch template, slot green)');
    const error = await errorOf(self, 'image delete golden');
    expect(error).to.include({ exitCode: 2 });
    expect(error.message).to.equal('ami-golden-1 is in use: dev/web (launch template, slot green).');
    self.ec2.templates.set('lt-green 1', { ImageId: 'ami-amazon', UserData: '' });
    await run(self, 'image delete ami-golden-1');
    expect(self.ec2.images.size).to.equal(0);
    expect(self.output.notes.at(-1)).to.equal('ami-golden-1 (golden) is deleted, its snapshots too.');
    expect((await errorOf(self, 'image delete golden')).next).to.equal('beanpole image list');
  });
});

describe('beanpole platform', () => {
  it('shows what instances are against what new ones would be', async () => {
    const self = studio();
    self.add({ ...environment(), agent: 'b'.repeat(64), slots: slotsAt('2') }, 'i-1');
    self.ec2.templates.set('lt-blue 2', { ImageId: 'ami-golden-1', UserData: '' });
    await run(self, 'platform show dev --json');
    expect(self.output.json[0]).to.deep.equal([
      {
        environment: 'dev/web',
        image: 'ami-golden-1',
        agent: 'b'.repeat(64),
        launchTemplateVersion: '2',
        updatePending: true,
        newerAgent: agent,
        instances: [{ id: 'i-1', image: 'ami-amazon', agent, launchTemplateVersion: '1', isCurrent: false }],
        notes: [
          'The application stack has a newer agent (aaaaaaaaaaaa), which the launch template does not name yet; next: pulumi up -s dev',
          'Instances are older than version 2 of the launch template; next: beanpole platform update dev/web',
        ],
      },
    ]);
    await run(self, 'platform show');
    expect(self.output.data[0]).to.match(/i-1 +dev\/web +1 +ami-amazon +aaaaaaaaaaaa +older/);
  });

  it('update has nothing to do where instances are current', async () => {
    const self = studio();
    self.add({ ...environment(), agent }, 'i-1');
    await run(self, 'platform update dev/web');
    expect(self.output.notes).to.deep.equal([
      'dev/web: nothing to update; its instance has version 1 of the launch template (image ami-amazon, agent aaaaaaaaaaaa).',
    ]);
    await run(self, 'platform update dev/web --json');
    expect(self.output.json).to.deep.equal([[]]);
  });

  it('update sends to pulumi up where only the application stack is newer', async () => {
    const self = studio();
    self.add({ ...environment(), agent: 'b'.repeat(64) }, 'i-1');
    const error = await errorOf(self, 'platform update dev/web');
    expect(error).to.include({ exitCode: 2 });
    expect(error.message).to.contain('names the agent bbbbbbbbbbbb, the application stack has aaaaaaaaaaaa');
    expect(error.next).to.equal('pulumi up -s dev, then beanpole platform update dev/web');
  });

  it('update plans the same version on new instances, whatever the policy', async () => {
    const self = studio();
    await run(self, 'deploy dev/web --version v1');
    self.add({ ...environment(), agent, slots: slotsAt('2') }, 'i-1');
    await run(self, 'platform update dev/web --dry-run --json');
    const [[plan]] = self.output.json as [[{ policy: string; target: { versionLabel: string } }]];
    expect(plan).to.include({ policy: 'Immutable' });
    expect(plan.target.versionLabel).to.equal('v1');
  });

  it('update needs a version', async () => {
    const self = studio();
    self.add({ ...environment(), agent, slots: slotsAt('2') }, 'i-1');
    expect((await errorOf(self, 'platform update dev/web')).next).to.equal('beanpole deploy dev/web');
  });
});

const slotsAt = (launchTemplateVersion: string) => ({
  blue: { autoScalingGroup: 'shop-dev-web-blue', launchTemplateId: 'lt-blue', launchTemplateVersion },
  green: { autoScalingGroup: 'shop-dev-web-green', launchTemplateId: 'lt-green', launchTemplateVersion },
});
