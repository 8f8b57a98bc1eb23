import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { SSM } from '@aws-sdk/client-ssm';
import { expect } from 'chai';
import { until } from '../support/client.ts';
import { must, run, startCloud, type TestCloud } from '../support/cloud.ts';
import { processesOn } from '../support/instance-processes.ts';

const beanpole = join(resolve(import.meta.dirname, '../..'), 'bin/beanpole.js');

/** `beanpole ssh` in a terminal of its own (util-linux's `script`), with someone who types. */
function sitDown(cloud: TestCloud, ...args: string[]) {
  const line = `stty rows 33 cols 99; exec ${process.execPath} ${beanpole} ssh ${args.join(' ')}`;
  const child = spawn('script', ['--quiet', '--flush', '--return', '--command', line, '/dev/null'], {
    env: { ...cloud.env, SHELL: '/bin/sh', TERM: 'xterm' },
    cwd: cloud.project,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const seen = { text: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (seen.text += text));
  const ended = once(child, 'close').then(([code]) => code as number);
  return {
    ended,
    type: (text: string) => void child.stdin.write(text),
    sees: (text: string | RegExp) =>
      until(`the terminal shows ${String(text)}; it shows ${JSON.stringify(seen.text)}`, 60, async () =>
        typeof text === 'string' ? seen.text.includes(text) : text.test(seen.text),
      ),
    kill: () => child.kill('SIGKILL'),
    seen,
  };
}

/** Shells through Session Manager: the command that a user types, in terminals, on instances that come and go. */
describe('beanpole ssh', () => {
  let cloud: TestCloud;
  let ssm: SSM;
  let instanceId: string;

  before(async () => {
    cloud = await startCloud();
    await cloud.up('application');
    await cloud.up('dev');
    const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = cloud.env;
    ssm = new SSM({
      endpoint: cloud.env.AWS_ENDPOINT_URL ?? '',
      region: cloud.env.AWS_REGION ?? '',
      credentials: { accessKeyId, secretAccessKey },
    });
    await until('dev/web has its instance', 60, async () => {
      const { stdout } = await cloud.beanpole('ssh', 'dev/web', '--', 'hostname');
      return stdout.startsWith('ip-');
    });
    const { Sessions: sessions = [] } = await ssm.describeSessions({ State: 'History' });
    instanceId = sessions[0]?.Target ?? '';
  });
  after(async () => {
    ssm.destroy();
    await cloud.remove();
  });

  const active = async () => (await ssm.describeSessions({ State: 'Active' })).Sessions ?? [];

  it('runs a command there: its output byte by byte, its exit code, nothing to read', async () => {
    const line = `printf 'a\\nb\\n'; echo oops >&2; cat | wc -c; exit 42`;
    const { code, stdout, stderr } = await cloud.beanpole('ssh', 'dev/web', '--', line);
    expect({ code, stdout, stderr }).to.deep.equal({ code: 42, stdout: 'a\nb\noops\n0\n', stderr: '' });
    const much = await run(
      'sh',
      [
        '-c',
        `${process.execPath} ${beanpole} ssh dev/web -- 'seq 1 200000' | sha256sum; seq 1 200000 | sha256sum`,
      ],
      cloud.env,
      cloud.project,
    );
    const [got, wanted] = much.stdout.trim().split('\n');
    expect(got).to.equal(wanted);
    expect(await active()).to.deep.equal([]);
  });

  it('is a shell in a terminal: prompt, size and its changes, Ctrl-C, exit code', async () => {
    const desk = sitDown(cloud, 'dev/web');
    await desk.sees(/root@ip-.*:~# /);
    desk.type('stty size\r');
    await desk.sees('33 99');
    desk.type('sleep 4242\r');
    await until(
      'sleep runs there',
      60,
      async () => processesOn(cloud.folder, instanceId, 'sleep 4242').length > 0,
    );
    desk.type('\u0003');
    desk.type('echo still-$((40 + 2))\r');
    await desk.sees('still-42');
    expect(processesOn(cloud.folder, instanceId, 'sleep 4242')).to.deep.equal([]);
    desk.type('exit 5\r');
    expect(await desk.ended).to.equal(5);
    expect(desk.seen.text).to.contain(`The session on ${instanceId} has ended.`);
  });

  it('gives two people shells of their own at once', async () => {
    const [ann, bob] = [sitDown(cloud, 'dev/web'), sitDown(cloud, 'dev/web')];
    await Promise.all([ann.sees(/:~# /), bob.sees(/:~# /)]);
    expect(await active()).to.have.length(2);
    ann.type('tty; who=ann\r');
    bob.type('tty; who=bob\r');
    await Promise.all([ann.sees(/pts\/\d/), bob.sees(/pts\/\d/)]);
    const terminal = (text: string) => /pts\/(\d+)/.exec(text)?.[1];
    expect(terminal(ann.seen.text)).not.to.equal(terminal(bob.seen.text));
    ann.type('echo "I am $who"; exit\r');
    bob.type('echo "I am $who"; exit\r');
    await Promise.all([ann.sees('I am ann'), bob.sees('I am bob')]);
    expect(await Promise.all([ann.ended, bob.ended])).to.deep.equal([0, 0]);
  });

  it('ends what runs there with the session', async () => {
    const desk = sitDown(cloud, 'dev/web', '--', 'sleep', '5151');
    await until(
      'sleep runs there',
      30,
      async () => processesOn(cloud.folder, instanceId, 'sleep 5151').length > 0,
    );
    for (const { SessionId } of await active()) await ssm.terminateSession({ SessionId });
    expect(await desk.ended).to.equal(2);
    expect(desk.seen.text).to.contain('was ended before what ran in it');
    await until(
      'sleep has ended',
      60,
      async () => processesOn(cloud.folder, instanceId, 'sleep 5151').length === 0,
    );
  });

  it('says that an instance is no more, and opens no session on it', async () => {
    const desk = sitDown(cloud, 'dev/web');
    await desk.sees(/:~# /);
    await must(cloud.beanpole('local', 'status'));
    desk.type('shutdown -h now\r');
    expect(await desk.ended).to.equal(2);
    const { code, stderr } = await cloud.beanpole('ssh', 'dev/web', 'i-0123456789abcdef0', '--', 'true');
    expect(code).to.equal(2);
    expect(stderr).to.match(/^i-0123456789abcdef0 is no instance of dev\/web \(any more\)\.\nIt has /);
    const gone = await cloud.beanpole('ssh', 'dev/web', '--instance', instanceId, '--', 'true');
    expect(gone.code).to.equal(2);
    expect(gone.stderr).to.match(/is not connected to Systems Manager|is no instance of dev\/web/);
    expect(await active()).to.deep.equal([]);
  });

  it('leaves no shell behind when the cloud is killed', async () => {
    await until('another instance has come', 90, async () => {
      const { code } = await cloud.beanpole('ssh', 'dev/web', '--', 'true');
      return code === 0;
    });
    const desk = sitDown(cloud, 'dev/web', '--', 'sleep', '6161');
    const [session] = await until('a session', 60, async () => (await active()).length === 1).then(active);
    const target = session?.Target ?? '';
    await until(
      'sleep runs there',
      30,
      async () => processesOn(cloud.folder, target, 'sleep 6161').length > 0,
    );
    const { pid } = JSON.parse(await must(cloud.beanpole('local', 'status', '--json'))) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await until(
      'sleep has ended',
      60,
      async () => processesOn(cloud.folder, target, 'sleep 6161').length === 0,
    );
    expect(await desk.ended).not.to.equal(0);
    await must(cloud.beanpole('local', 'start'));
    expect(await active()).to.deep.equal([]);
  });
});
