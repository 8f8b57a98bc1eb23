import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { keepAsking } from '../../tools/demo/client.ts';
import { ask, until } from '../support/client.ts';
import { edit, must, startCloud, type TestCloud } from '../support/cloud.ts';
import { writeTinyApp } from '../support/tiny-app.ts';

/** Two web environments of one stack, one of them without a load balancer, exchange their names. */
describe('a swap of two environments', () => {
  let cloud: TestCloud;
  const stackFile = () => join(cloud.project, 'Pulumi.prod.yaml');
  const swap = (...options: string[]) => cloud.beanpole('swap', 'prod/web', 'prod/next', ...options);
  const versionAt = async (record: string) =>
    (await ask(cloud.frontDoorPort, `${record}.mywordpress.example`)).version;
  /** What www and next answer with. */
  const versions = async () => [await versionAt('www'), await versionAt('next')];
  const statusText = () => must(cloud.beanpole('status', 'prod'));

  async function underLoad(work: () => Promise<void>): Promise<void> {
    const clients = ['www', 'next'].map((record) =>
      keepAsking(cloud.frontDoorPort, `${record}.mywordpress.example`),
    );
    await work().finally(() => Promise.all(clients.map((client) => client.stop())));
    for (const client of clients) {
      const { failures, requests } = await client.stop();
      expect(failures).to.deep.equal([]);
      expect(requests).to.be.above(100);
    }
  }

  /** A swap that is killed when both are being watched. */
  async function killedWhileWatching(): Promise<void> {
    const child: ChildProcess = cloud.startBeanpole(['swap', 'prod/web', 'prod/next', '--watch', '5m']);
    const closed = once(child, 'close');
    let output = '';
    child.stderr?.on('data', (text: Buffer) => (output += text.toString()));
    await until('the names are exchanged', 60, async () => output.includes('Watch the health'));
    child.kill('SIGKILL');
    await closed;
  }

  before(async () => {
    cloud = await startCloud();
    edit(stackFile(), () => stack);
    for (const name of ['application', 'prod']) await cloud.up(name);
    for (const version of ['v1', 'v2']) {
      writeTinyApp(join(cloud.project, 'app'), { mark: version });
      await must(cloud.beanpole('version', 'create', version));
    }
    await must(cloud.beanpole('deploy', 'prod/web', '--version', 'v1'));
  });
  after(() => cloud.remove());

  it('is refused while one of them has no version, and says what to do', async () => {
    const { code, stderr } = await swap();
    expect(code).to.equal(2);
    expect(stderr).to.contain('prod/next has never had a version');
    await must(cloud.beanpole('deploy', 'prod/next', '--version', 'v2'));
    expect(await versions()).to.deep.equal(['v1', 'v2']);
  });

  it('loses no request, and Pulumi has nothing to do after it', async () => {
    expect(await must(swap('--dry-run'))).to.contain(
      'Undo: Let www.mywordpress.example lead to prod/web (v1)',
    );
    await underLoad(async () => {
      await must(swap('--watch', '5s'));
      expect(await versions()).to.deep.equal(['v2', 'v1']);
    });
    expect(await statusText()).to.match(/prod\/web: Swapped: www.mywordpress.example leads to prod\/next/);
    expect(await must(cloud.beanpole('open', 'prod/web', '--print'))).to.contain('next.mywordpress.example');
    await cloud.atRest('prod');
  });

  it('keeps an environment that another name leads to from being taken away', async () => {
    edit(stackFile(), (text) => text.replace('record: next', '# record: next'));
    const { code, stdout } = await cloud.pulumi('up', '--yes', '--skip-preview', '--stack', 'prod');
    expect(code).not.to.equal(0);
    expect(stdout).to.contain('leads to prod/next since a swap');
    edit(stackFile(), () => stack);
  });

  it('once more brings everything back, and still there is nothing to do', async () => {
    await underLoad(async () => {
      await must(swap('--watch', '0s'));
      expect(await versions()).to.deep.equal(['v1', 'v2']);
    });
    expect(await statusText()).not.to.contain('Swapped');
    await cloud.atRest('prod');
  });

  it('killed in the middle is told by status, and undone by abort', async () => {
    await underLoad(async () => {
      await killedWhileWatching();
      expect(await versions()).to.deep.equal(['v2', 'v1']);
      await until('its locks have run out', 30, async () =>
        /swap 3 .* was interrupted at step "watch"; next: beanpole resume/.test(await statusText()),
      );
      await must(cloud.beanpole('abort', 'prod/next'));
      expect(await versions()).to.deep.equal(['v1', 'v2']);
    });
    const { code, stderr } = await cloud.beanpole('abort', 'prod/next');
    expect(code).to.equal(2);
    expect(stderr).to.contain('There is nothing to abort');
  });

  it('is undone from elsewhere while its command runs', async () => {
    const child = cloud.startBeanpole(['swap', 'prod/web', 'prod/next', '--watch', '5m']);
    const closed = once(child, 'close');
    await until('the names are exchanged', 60, async () => (await versionAt('www')) === 'v2');
    const locked = await cloud.beanpole('deploy', 'prod/next', '--version', 'v1');
    expect(locked.code).to.equal(5);
    expect(locked.stderr)
      .to.contain('prod/next is locked by')
      .and.contain('swap 4 of prod/web and prod/next');
    await must(cloud.beanpole('abort', 'prod/web'));
    expect(await closed).to.deep.equal([130, null]);
    expect(await versions()).to.deep.equal(['v1', 'v2']);
  });

  it('killed in the middle goes on with resume', async () => {
    edit(stackFile(), () => stack);
    const child = cloud.startBeanpole(['swap', 'prod/web', 'prod/next', '--watch', '20s']);
    const closed = once(child, 'close');
    await until('the names are exchanged', 60, async () => (await versionAt('www')) === 'v2');
    child.kill('SIGKILL');
    await closed;
    await must(cloud.beanpole('resume', 'prod/web', '--wait-for-lock'));
    expect(await versions()).to.deep.equal(['v2', 'v1']);
    const { code, stderr } = await cloud.beanpole('resume', 'prod/web');
    expect(code).to.equal(2);
    expect(stderr).to.contain('There is nothing to resume');
    await cloud.atRest('prod');
  });

  it('destroys as if nothing had been swapped', async () => {
    await must(cloud.pulumi('destroy', '--yes', '--skip-preview', '--stack', 'prod'));
  });
});

const stack = `config:
  aws:region: eu-central-1
  beanpole:application: mywordpress
  beanpole:network: { cidr: 10.20.0.0/16, availabilityZones: 2, natGateways: Single }
  beanpole:domain: { name: mywordpress.example }
  beanpole:environments:
    web:
      tier: WebServer
      type: LoadBalanced
      record: www
      minSize: 2
      startTimeoutSeconds: 20
      drainTimeoutSeconds: 2
      healthCheckIntervalSeconds: 5
      healthCheckTimeoutSeconds: 2
      healthyThresholdCount: 2
    next:
      tier: WebServer
      type: SingleInstance
      record: next
      startTimeoutSeconds: 20
      drainTimeoutSeconds: 2
`;
