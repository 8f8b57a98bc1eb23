import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { Machine } from '../../local/instances/instances.ts';
import type { NetworkPlan } from '../../local/network/plan.ts';
import { startPlanes, type Planes } from '../support/planes.ts';

const everything = [{ protocol: 'all', peer: { cidr: '0.0.0.0/0' } }] as const;
const plan: NetworkPlan = {
  vpcs: [
    {
      id: 'vpc-1',
      cidrs: ['10.0.0.0/16'],
      resolverAddress: '10.0.0.2',
      natAddresses: [],
      securityGroups: [{ id: 'sg-1', ingress: everything, egress: everything }],
      hosts: ['i-1', 'i-2'].map((id, index) => ({
        id,
        interfaces: [
          {
            ...{
              id: `eni-${id}`,
              privateAddress: `10.0.0.${index + 5}`,
              publicAddress: `203.0.113.${index + 5}`,
            },
            defaultRoute: 'internet',
            securityGroups: ['sg-1'],
          },
        ],
      })),
    },
  ],
};

const userData = `#!/bin/sh -e
echo "first boot of $(hostname) with node $(node-24 --version | cut -d. -f1)"
cat > /etc/systemd/system/greeter.service <<'END'
[Unit]
Description=Says hello
[Service]
Environment="GREETING=hello world"
EnvironmentFile=-/etc/environment
WorkingDirectory=/srv
ExecStartPre=/bin/sh -c 'date +%%s%%N >> /srv/starts'
ExecStart=/usr/local/bin/node -e "require('http').createServer((q, r) => r.end([process.env.GREETING, process.cwd(), process.env.AWS_ENDPOINT_URL].join())).listen(80)"
Restart=always
RestartSec=100ms
[Install]
WantedBy=multi-user.target
END
systemctl daemon-reload
systemctl enable --now greeter
`;

const machine: Machine = {
  instanceId: 'i-1',
  imageId: 'ami-1',
  hostname: 'ip-10-0-0-5',
  privateAddress: '10.0.0.5',
  userData,
};

/** Waits for a condition; fails with the last value it saw. */
async function until<T>(ask: () => Promise<T> | T, isThere: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const value = await ask();
    if (isThere(value)) return value;
    if (Date.now() > end) throw new Error(`not within 20 s: ${JSON.stringify(value)}`);
    await delay(20);
  }
}

describe('the compute plane', () => {
  let planes: Planes;
  const disk = (path: string): string => join(planes.folder, 'disks/i-1', path);
  const shell = async (script: string) => planes.run('i-1', ['sh', '-c', script]);
  const greeting = async (): Promise<string> =>
    (await planes.exec('i-2', ['curl', '-s', '-m', '2', 'http://10.0.0.5/'])).stdout;
  const hello = 'hello world,/srv,http://127.0.0.1:4566';

  before(async () => {
    planes = await startPlanes();
    await planes.apply(plan);
    await planes.boot(machine);
    await until(() => existsSync(disk('var/lib/cloud/instance/boot-finished')), Boolean);
  });
  after(() => planes.close());

  it('runs user data at the first boot, which leaves a unit running', async () => {
    const log = readFileSync(disk('var/log/cloud-init-output.log'), 'utf8');
    expect(log).to.equal('first boot of ip-10-0-0-5 with node v24\nuser data ended with exit code 0\n');
    expect(await until(greeting, Boolean)).to.equal(hello);
    expect((await shell('systemctl is-active greeter; systemctl is-enabled greeter')).stdout).to.equal(
      'active\nenabled\n',
    );
  });

  it('is a machine of its own: name, processes, files, users', async () => {
    const { stdout } = await shell(
      'hostname; id -u webapp; ls /proc | grep -c "^[0-9]"; touch /usr/x 2>&1; echo $HOME',
    );
    const [name, webapp, processes, readOnly, home] = stdout.trim().split('\n');
    expect([name, webapp, home]).to.deep.equal(['ip-10-0-0-5', '900', '/root']);
    expect(Number(processes)).to.be.lessThan(20);
    expect(readOnly).to.contain('Read-only file system');
    expect(
      (await shell('su webapp -c "echo ran"; chown webapp /srv; sudo -u webapp echo ran too')).stdout,
    ).to.equal('ran\nran too\n');
  });

  it('cannot set the machine`s clock', async () => {
    // To the time that it is: were it allowed, nothing would be harmed.
    const { exitCode, stderr } = await shell('date -s "@$(date +%s.%N)"');
    expect(exitCode).to.equal(1);
    expect(stderr).to.contain('Operation not permitted');
  });

  it('may change its own network rules', async () => {
    const rules =
      'nft "add table ip t; add chain ip t c { type nat hook prerouting priority -100; }; add rule ip t c tcp dport 8000 redirect to :80"';
    expect((await shell(rules)).stderr).to.equal('');
    const { stdout } = await planes.exec('i-2', ['curl', '-s', '-m', '2', 'http://10.0.0.5:8000/']);
    expect(stdout).to.equal(hello);
  });

  it('resolves names, reaches the endpoint at its origin outside and its own metadata', async () => {
    const script =
      'getent ahostsv4 any.example | head -1 | cut -d" " -f1; curl -s $AWS_ENDPOINT_URL; echo; curl -s http://169.254.169.254/latest/meta-data/instance-id';
    expect((await shell(script)).stdout).to.equal('203.0.113.200\n203.0.113.5\ni-1');
  });

  it('gives a command`s exit code and output', async () => {
    expect(await shell('echo out; echo err >&2; exit 3')).to.deep.equal({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('starts a unit again that ended, and another that is asked for', async () => {
    const main = (await shell('cat /run/units/greeter.service/main')).stdout.trim();
    await shell(`kill -9 ${main}`);
    await until(
      async () => (await shell('cat /run/units/greeter.service/main')).stdout.trim(),
      (pid) => pid !== '' && pid !== main,
    );
    expect(await until(greeting, Boolean)).to.equal(hello);
    const before = readFileSync(disk('srv/starts'), 'utf8').split('\n').length;
    expect(
      (await shell('systemctl restart greeter && systemctl stop greeter && systemctl is-active greeter'))
        .stdout,
    ).to.equal('inactive\n');
    expect(readFileSync(disk('srv/starts'), 'utf8').split('\n').length).to.equal(before + 1);
    expect(await greeting()).to.equal('');
    expect((await shell('systemctl start greeter')).exitCode).to.equal(0);
  });

  it('gives up a unit that cannot stay up, and says so', async () => {
    const unit = '[Service]\\nExecStart=/bin/false\\nRestart=always\\nRestartSec=10ms\\n';
    await shell(`printf '${unit}' > /etc/systemd/system/broken.service; systemctl start broken`);
    const state = async () => (await shell('systemctl is-active broken')).stdout.trim();
    expect(await until(state, (value) => value === 'failed')).to.equal('failed');
    expect((await shell('systemctl status broken')).stdout).to.contain('started too often');
    expect((await shell('systemctl start nothing')).stderr).to.contain('nothing.service could not be found');
  });

  it('runs the nginx of the image as a forking unit', async () => {
    const site = 'server { listen 8080; location / { return 200 nginx; } }';
    await shell(`echo '${site}' > /etc/nginx/conf.d/site.conf; systemctl start nginx`);
    const { stdout } = await shell(
      'curl -s http://127.0.0.1:8080/; systemctl reload nginx 2>/dev/null && systemctl stop nginx; systemctl is-active nginx',
    );
    expect(stdout).to.equal('nginxinactive\n');
  });

  it('runs programs on terminals: keys, size, Ctrl-C, exit code, and a lost line', async () => {
    const shows = (terminal: number, text: string) =>
      until(
        () => planes.seen(terminal),
        (seen) => seen.text.includes(text),
      );
    const first = await planes.openTerminal('i-1', ['sh']);
    await planes.resize(first, 101, 43);
    await until(
      async () => {
        await planes.type(first, 'stty size\n');
        return (await planes.seen(first)).text;
      },
      (text) => text.includes('43 101'),
    );
    await planes.type(first, 'sleep 1234\n');
    await until(
      async () => (await shell('pgrep -f "^sleep 1234"')).exitCode,
      (code) => code === 0,
    );
    await planes.type(first, '\u0003');
    await planes.type(first, 'echo slept=$?\n');
    await shows(first, 'slept=130');
    await planes.type(first, 'exit 7\n');
    expect(
      (
        await until(
          () => planes.seen(first),
          ({ exitCode }) => exitCode !== undefined,
        )
      ).exitCode,
    ).to.equal(7);

    const second = await planes.openTerminal('i-1', ['sh', '-c', `echo "it's $TERM"; exec sleep 4321`]);
    expect((await shows(second, "it's")).text).to.equal("it's xterm-256color\r\n");
    await planes.hangUp(second);
    await until(
      async () => (await shell('pgrep -f "^sleep 4321"')).exitCode,
      (code) => code !== 0,
    );
  });

  it('counts CPU time and memory of its processes', async () => {
    const before = await planes.usage('i-1');
    await shell('timeout 20 sh -c "while :; do :; done" >/dev/null 2>&1 & echo $! > /run/busy');
    const after = await until(
      () => planes.usage('i-1'),
      ({ cpuSeconds }) => cpuSeconds > before.cpuSeconds + 0.2,
    );
    await shell('kill $(cat /run/busy)');
    expect(after.memoryBytes).to.be.greaterThan(20e6).and.lessThan(200e6);
  });

  it('shuts down in order and boots again with its disk, without user data', async () => {
    await shell('echo kept > /var/kept');
    await planes.halt('i-1');
    expect([await planes.isRunning('i-1'), await planes.deaths()]).to.deep.equal([false, []]);
    await planes.boot(machine);
    expect(await until(greeting, Boolean)).to.equal(hello);
    expect(readFileSync(disk('var/kept'), 'utf8')).to.equal('kept\n');
    expect(readFileSync(disk('var/log/cloud-init-output.log'), 'utf8').match(/first boot/g)).to.have.length(
      1,
    );
  });

  it('tells of a machine that ended by itself', async () => {
    await shell('shutdown -h now');
    expect(
      await until(
        () => planes.deaths(),
        (deaths) => deaths.length > 0,
      ),
    ).to.deep.equal(['i-1']);
    expect(await planes.run('i-1', ['true']).catch((error: unknown) => (error as Error).message)).to.equal(
      'The machine i-1 does not run.',
    );
    await planes.discard('i-1');
    expect(existsSync(disk(''))).to.equal(false);
  });

  it('leaves nothing running when it is killed, and boots anew over the same disks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'planes-'));
    const killed = await startPlanes(folder);
    await killed.apply(plan);
    await killed.boot({ ...machine, userData: '#!/bin/sh\necho ran >> /root/runs\n' });
    const finished = join(folder, 'disks/i-1/var/lib/cloud/instance/boot-finished');
    await until(() => existsSync(finished), Boolean);
    process.kill(killed.pid, 'SIGKILL');
    await until(
      () => processesWith(folder),
      (processes) => processes.length === 0,
    );

    const again = await startPlanes(folder);
    try {
      await again.apply(plan);
      await again.boot(machine);
      expect((await again.run('i-1', ['cat', '/root/runs'])).stdout).to.equal('ran\n');
    } finally {
      await again.close();
    }
  });
});

/** Processes that have a folder among their arguments. */
async function processesWith(folder: string): Promise<string[]> {
  const { globSync } = await import('node:fs');
  return globSync('/proc/[0-9]*/cmdline').filter((file) => {
    try {
      return readFileSync(file, 'utf8').includes(folder);
    } catch {
      return false; // it has ended
    }
  });
}
