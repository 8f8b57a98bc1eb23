import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { expect } from 'chai';
import { awsOf, type Aws } from '../support/aws.ts';
import { until } from '../support/client.ts';
import { must, startCloud, type TestCloud } from '../support/cloud.ts';
import { hostsOf, inside, probe, type Attempt, type Host } from './packets/hosts.ts';
import { mayConnect, type World } from './packets/reachability.ts';
import { worldOf } from './packets/world.ts';

/** SSH, HTTP, HTTPS, MySQL, Redis, NFS, an application's own port, and one that nothing uses. */
const ports = [22, 80, 443, 3306, 6379, 2049, 8080, 54_321];
const internetHost = '198.51.100.10';

/** Security groups as packets see them: every host tries every port of every other one. */
describe('who reaches whom', () => {
  let cloud: TestCloud;
  let aws: Aws;
  let daemon: number;
  let hosts: Host[];
  let world: World & { readonly natAddresses: readonly string[] };

  before(async () => {
    cloud = await startCloud();
    aws = awsOf(cloud);
    await cloud.up('application');
    await Promise.all(
      ['dev', 'prod'].map((stack) => must(cloud.pulumi('stack', 'select', '--create', stack))),
    );
    await cloud.up('dev');
    await cloud.up('prod');
    const { pid } = JSON.parse(await must(cloud.beanpole('local', 'status', '--json'))) as { pid: number };
    daemon = pid;
    await until('the instances of all environments run', 90, async () => {
      const { Reservations: found = [] } = await aws.ec2.describeInstances({
        Filters: [{ Name: 'instance-state-name', Values: ['running'] }],
      });
      return found.flatMap(({ Instances }) => Instances ?? []).length >= 5;
    });
    world = await worldOf(aws, [internetHost]);
    hosts = await hostsOf(daemon);
  });
  after(() => cloud.remove());

  const nameOf = (address: string): string => {
    const host = hosts.find(({ addresses }) => addresses.includes(address));
    const entered = world.interfaces.find(({ publicAddress }) => publicAddress === address);
    if (entered) return `${nameOf(entered.address)} at ${address}`;
    return host ? `${host.name} (${address})` : address;
  };

  it('knows every interface as a host in the kernel, and every host as an interface', () => {
    const inKernel = hosts.flatMap(({ addresses }) => addresses).filter((one) => one !== internetHost);
    expect(inKernel.toSorted()).to.deep.equal(world.interfaces.map(({ address }) => address).toSorted());
    expect(hosts.map(({ name }) => name)).to.include('internet');
    // Two stacks with a database, a cache and shared files each, a load balancer, and instances of two tiers.
    expect(hosts.length).to.be.greaterThan(14);
  });

  it('is for each pair of hosts and each port what security groups, routes and addresses say', async () => {
    const targets = [
      ...world.interfaces.flatMap(({ address, publicAddress }) => [
        address,
        ...(publicAddress ? [publicAddress] : []),
      ]),
      ...world.natAddresses,
      internetHost,
    ];
    const wrong: string[] = [];
    let tried = 0;
    let through = 0;
    for (const host of hosts) {
      const own = new Set(
        host.addresses.flatMap((address) => [
          address,
          world.interfaces.find((one) => one.address === address)?.publicAddress ?? '',
        ]),
      );
      const attempts: Attempt[] = host.addresses.flatMap((from) =>
        targets.filter((to) => !own.has(to)).flatMap((to) => ports.map((port) => ({ from, to, port }))),
      );
      const results = await probe(daemon, host, attempts);
      for (const [index, { from, to, port }] of attempts.entries()) {
        const expected = mayConnect(world, from, to, port);
        tried += 1;
        if (results[index] === true) through += 1;
        // A NAT gateway drops what nobody inside asked for, without a word.
        const isDropped = results[index] === 'lost' && world.natAddresses.includes(to);
        if (results[index] !== expected && !(isDropped && !expected))
          wrong.push(
            `${nameOf(from)} to ${nameOf(to)}, port ${port}: ${String(results[index])} instead of ${String(expected)}`,
          );
      }
    }
    expect(wrong, `of ${tried} connections`).to.deep.equal([]);
    expect(through)
      .to.be.greaterThan(0)
      .and.lessThan(tried / 2);
    console.log(`      ${tried} connections between ${hosts.length} hosts, ${through} got through`);
  });

  it('lets nobody from the internet in, but to ports 80 and 443 of what is public by name', () => {
    const open = world.interfaces.flatMap(({ address, publicAddress }) =>
      publicAddress === undefined
        ? []
        : ports
            .filter((port) => mayConnect(world, internetHost, publicAddress, port))
            .map((port) => [address, port] as const),
    );
    expect(open.length).to.be.greaterThan(0);
    expect(open.filter(([, port]) => port !== 80 && port !== 443)).to.deep.equal([]);
  });

  it('has each instance see its own metadata, with a token, and nobody else`s', async () => {
    const instances = hosts.filter(({ name }) => name.startsWith('i-'));
    const ask = (host: Host, ...args: string[]) =>
      inside(daemon, [
        ...['nsenter', `--net=/run/netns/${host.name}`, '--', 'curl', '-s', '-m', '5', ...args],
      ]);
    const metadata = 'http://169.254.169.254/latest';
    for (const instance of instances) {
      const token = await ask(
        instance,
        ...['-X', 'PUT', '-H', 'X-aws-ec2-metadata-token-ttl-seconds: 60', `${metadata}/api/token`],
      );
      const header = ['-H', `X-aws-ec2-metadata-token: ${token}`];
      expect(await ask(instance, ...header, `${metadata}/meta-data/instance-id`)).to.equal(instance.name);
      expect(
        await ask(instance, '-o', '/dev/null', '-w', '%{http_code}', `${metadata}/meta-data/instance-id`),
      ).to.equal('401');
      const other = instances.find(({ name }) => name !== instance.name);
      if (other)
        expect(
          await ask(
            other,
            ...header,
            '-o',
            '/dev/null',
            '-w',
            '%{http_code}',
            `${metadata}/meta-data/instance-id`,
          ),
        ).to.equal('401');
    }
    const outside = hosts.find(({ name }) => name === 'internet');
    const reached = outside
      ? await ask(outside, '-o', '/dev/null', '-w', '%{http_code}', `${metadata}/meta-data/`).catch(
          () => 'nothing',
        )
      : '';
    expect(reached).to.equal('nothing');
  });

  it('listens on 127.0.0.1 only, on the machine itself', () => {
    const own = new Set(socketsOf(descendants(daemon)));
    const listening = ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) =>
      readFileSync(`/proc/net/${kind}`, 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter(
          ([, , , state, , , , , , inode = '']) =>
            own.has(inode) && (kind.startsWith('udp') || state === '0A'),
        )
        .map(([, local = '']) => `${kind} ${local.split(':')[0] ?? ''}`),
    );
    expect(listening.length).to.be.greaterThan(3);
    // 127.0.0.1 as the kernel writes it.
    expect(listening.filter((one) => !one.endsWith(' 0100007F'))).to.deep.equal([]);
  });
});

/** A process and all that it began. */
function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => [Number(entry), parentOf(entry)] as const);
  const found = [pid];
  for (const one of found)
    found.push(...parents.filter(([, parent]) => parent === one).map(([child]) => child));
  return found;
}

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return 0; // it has ended
  }
}

/** Inodes of all sockets that processes hold. */
const socketsOf = (pids: readonly number[]): string[] =>
  pids.flatMap((pid) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => socketAt(`/proc/${pid}/fd/${fd}`));
    } catch {
      return []; // it has ended
    }
  });

function socketAt(path: string): string[] {
  try {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1];
    return inode === undefined ? [] : [inode];
  } catch {
    return [];
  }
}
