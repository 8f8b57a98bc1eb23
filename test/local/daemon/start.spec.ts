import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pathWithSystem, remedyFor } from '../../../local/daemon/checks.ts';
import { askDaemon, serveControls } from '../../../local/daemon/control.ts';
import { Refusal } from '../../../local/daemon/failure.ts';
import { takeLock } from '../../../local/daemon/lock.ts';
import { enterCommand, unshareCommand } from '../../../local/daemon/namespaces.ts';
import { readSettings, writeSettings } from '../../../local/daemon/settings.ts';
import { openSocket, describeHolder, portOf } from '../../../local/daemon/sockets.ts';
import { renderStatus } from '../../../local/daemon/status.ts';

describe('starting the daemon', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daemon-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const setting = (values: Record<string, string>) => (name: string) => values[name];

  it('names the very setting that forbids user namespaces', () => {
    const ubuntu = setting({ 'kernel/apparmor_restrict_unprivileged_userns': '1' });
    expect(remedyFor(1000, ubuntu)).to.match(
      /^sudo sysctl -w kernel\.apparmor_restrict_unprivileged_userns=0 /,
    );
    const debian = setting({ 'kernel/unprivileged_userns_clone': '0' });
    expect(remedyFor(1000, debian)).to.contain('kernel.unprivileged_userns_clone=1');
    expect(remedyFor(0, ubuntu)).to.contain('--privileged');
  });

  it('needs no user namespace as root, and one as anybody else', () => {
    expect(unshareCommand(['x'], 0).slice(0, 2)).to.deep.equal(['unshare', '-nmpf']);
    expect(unshareCommand(['x'], 1000).slice(0, 2)).to.deep.equal(['unshare', '-Urnmpf']);
    expect(enterCommand(7, ['x'], 1000).join(' ')).to.contain('-t 7 -U --preserve-credentials');
  });

  it('finds the administrator`s programs on an ordinary user`s PATH', () => {
    expect(pathWithSystem('/home/me/bin:/usr/bin').split(':')).to.include.members([
      '/home/me/bin',
      '/usr/sbin',
    ]);
  });

  it('says whose a port is and which one is free', async () => {
    const holder: Server = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    try {
      const refusal = await openSocket(portOf(holder), '--port').catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(Refusal);
      expect((refusal as Refusal).message).to.match(new RegExp(`^Port ${portOf(holder)} is in use`));
      expect((refusal as Refusal).next).to.match(/ start --port \d+$/);
    } finally {
      holder.close();
    }
    expect(describeHolder('123', '/usr/sbin/nginx\0-g\0daemon off;\0')).to.equal(
      ' by nginx -g daemon off; (pid 123)',
    );
  });

  it('is done by one at a time', () => {
    const release = takeLock(folder, 'start');
    expect(takeLock(folder, 'start')).to.equal(undefined);
    release?.();
    const again = takeLock(folder, 'start');
    expect(again).to.be.a('function');
    again?.();
  });

  it('remembers the ports for the next time', () => {
    expect(readSettings(folder)).to.equal(undefined);
    const settings = {
      port: 1,
      frontDoorPort: 2,
      secureFrontDoorPort: 3,
      nameServerPort: 4,
      region: 'eu-central-1',
      account: '1',
    };
    writeSettings(folder, settings);
    expect(readSettings(folder)).to.deep.equal(settings);
  });

  it('is told by the control socket, in a folder of any length', async () => {
    const deep = join(folder, 'x'.repeat(120));
    writeSettings(deep, {
      port: 1,
      frontDoorPort: 2,
      secureFrontDoorPort: 3,
      nameServerPort: 4,
      region: 'r',
      account: '1',
    });
    expect(await askDaemon(deep, 'GET', '/status')).to.equal(undefined);
    let isStopped = false;
    const server = serveControls(deep, {
      status: async () => ({ running: true }),
      stop: () => (isStopped = true),
      drill: async (words) => ({ found: words.join(' ') === 'zone a/b down' }),
    });
    expect(await askDaemon(deep, 'POST', '/drill/zone/a%2Fb/down')).to.deep.equal({ found: true });
    expect(await askDaemon(deep, 'GET', '/status')).to.deep.equal({ running: true });
    await askDaemon(deep, 'POST', '/stop');
    expect(isStopped).to.equal(true);
    server.close();
    server.closeAllConnections();
  });

  it('shows no secret to people', () => {
    const text = renderStatus({
      running: true,
      folder: '/f',
      pid: 7,
      startedAt: 'now',
      endpoint: 'e',
      frontDoor: 'f',
      authority: '/f/root.pem',
      secureFrontDoor: 's',
      nameServer: 'n',
      ...{
        region: 'r',
        account: 'a',
        accessKeyId: 'AKIA',
        secretAccessKey: 'hidden',
        memoryBytes: 5e6,
        timeLapse: 1,
      },
      instances: [
        { instanceId: 'i-1', name: 'web', state: 'running', privateAddress: '10.0.0.5', publicAddress: '' },
      ],
      loadBalancers: [],
    });
    expect(text)
      .to.contain('i-1  running  10.0.0.5  web')
      .and.contain('1 running of 1')
      .and.not.contain('hidden');
  });
});
