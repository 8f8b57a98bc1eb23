import { expect } from 'chai';
import type {
  HostPlan,
  InterfacePlan,
  NetworkPlan,
  SecurityGroupPlan,
  VpcPlan,
} from '../../local/network/plan.ts';
import { startPlanes, type Planes } from '../support/planes.ts';

const anyone = { cidr: '0.0.0.0/0' };
const out = [{ protocol: 'all', peer: anyone }] as const;
const port80 = { protocol: 'tcp', ports: [80, 80] } as const;

const groups: SecurityGroupPlan[] = [
  { id: 'sg-public', ingress: [{ ...port80, peer: anyone }], egress: out },
  { id: 'sg-app', ingress: [{ ...port80, peer: { group: 'sg-public' } }], egress: out },
  { id: 'sg-db', ingress: [{ ...port80, peer: { group: 'sg-app' } }], egress: [] },
  {
    id: 'sg-open',
    ingress: [{ protocol: 'all', peer: { cidr: '10.0.0.0/16' } }],
    egress: [{ ...port80, peer: { group: 'sg-db' } }],
  },
];

const host = (
  id: string,
  privateAddress: string,
  group: string,
  more: Partial<InterfacePlan> = {},
): HostPlan => ({
  id,
  interfaces: [{ id: `eni-${id}`, privateAddress, defaultRoute: 'none', securityGroups: [group], ...more }],
});

const isPublic = (publicAddress: string) => ({ publicAddress, defaultRoute: 'internet' }) as const;

const vpc = (id: string, hosts: HostPlan[], securityGroups = groups): VpcPlan => ({
  id,
  hosts,
  securityGroups,
  cidrs: ['10.0.0.0/16'],
  resolverAddress: '10.0.0.2',
  natAddresses: id === 'vpc-1' ? ['203.0.113.9'] : [],
});

const first = vpc('vpc-1', [
  host('web', '10.0.0.5', 'sg-public', isPublic('203.0.113.5')),
  host('app', '10.0.1.5', 'sg-app', { defaultRoute: { nat: '203.0.113.9' } }),
  host('db', '10.0.2.5', 'sg-db'),
  host('open', '10.0.3.5', 'sg-open'),
]);
/** The same addresses once more, in a VPC of their own. */
const second = vpc('vpc-2', [
  host('other', '10.0.0.5', 'sg-public', isPublic('203.0.113.6')),
  host('neighbour', '10.0.1.5', 'sg-public'),
]);
const plan: NetworkPlan = { vpcs: [first, second] };

describe('the network plane', () => {
  let planes: Planes;

  before(async () => {
    planes = await startPlanes();
    await planes.apply(plan);
    await Promise.all(plan.vpcs.flatMap(({ hosts }) => hosts).map(({ id }) => planes.listen(id, 80)));
  });
  after(() => planes.close());

  /** What a web server at the URL answers to a host; `refused` at once, or `lost`. */
  async function ask(from: string, url: string): Promise<string> {
    const { exitCode, stdout } = await planes.exec(from, ['curl', '-s', '-m', '5', url]);
    if (exitCode === 0) return stdout;
    return exitCode === 7 ? 'refused' : `lost (curl: ${exitCode})`;
  }

  it('lets exactly those pairs talk whose groups allow it, at both ends', async () => {
    const addresses = { web: '10.0.0.5', app: '10.0.1.5', db: '10.0.2.5', open: '10.0.3.5' };
    const reached: Record<string, string[]> = {};
    for (const from of Object.keys(addresses)) {
      const others = Object.entries(addresses).filter(([to]) => to !== from);
      const answers = await Promise.all(others.map(([, address]) => ask(from, `http://${address}/`)));
      reached[from] = others.flatMap(([to], index) => (answers[index] === 'refused' ? [] : [to]));
    }
    // `open` may send to `db`, which takes from `app` only; `db` may send to nobody.
    expect(reached).to.deep.equal({ web: ['app', 'open'], app: ['web', 'db', 'open'], db: [], open: [] });
  });

  it('shows a host the other`s private address, and nothing of its other ports', async () => {
    expect(await ask('web', 'http://10.0.1.5/')).to.equal('app 10.0.0.5');
    await planes.listen('app', 81);
    expect(await ask('web', 'http://10.0.1.5:81/')).to.equal('refused');
  });

  it('reaches a public address from the internet, and nothing else', async () => {
    expect(await ask('internet', 'http://203.0.113.5/')).to.equal('web 198.51.100.10');
    for (const address of ['203.0.113.5:81', '203.0.113.9', '203.0.113.77', '10.0.0.5', '192.168.1.1']) {
      expect(await ask('internet', `http://${address}/`), address).to.equal('refused');
    }
  });

  it('leads out under the public address, the NAT gateway`s, or not at all', async () => {
    const endpoint = 'http://127.0.0.1:4566/';
    expect(await ask('web', endpoint)).to.equal('203.0.113.5');
    expect(await ask('app', endpoint)).to.equal('203.0.113.9');
    expect(await ask('db', endpoint)).to.equal('refused');
    expect(await ask('internet', endpoint)).to.equal('198.51.100.10');
  });

  it('keeps VPCs with the same addresses apart; they meet on the internet', async () => {
    expect(await ask('neighbour', 'http://10.0.0.5/')).to.equal('other 10.0.1.5');
    expect(await ask('web', 'http://203.0.113.6/')).to.equal('other 203.0.113.5');
    expect(await ask('app', 'http://203.0.113.6/')).to.equal('other 203.0.113.9');
    expect(await ask('web', 'http://203.0.113.5/')).to.equal('web 203.0.113.5');
  });

  it('tells at the metadata address and at the resolver who asks, even with the same addresses', async () => {
    for (const id of ['web', 'other', 'db']) {
      expect(await ask(id, 'http://169.254.169.254/latest/meta-data/instance-id')).to.equal(id);
    }
    const script =
      "require('dns').promises.Resolver; const r = new (require('dns').promises.Resolver)(); r.setServers(['10.0.0.2']); r.resolveTxt('who.example').then(t => console.log(t.join()))";
    const asked = async (id: string) =>
      (await planes.exec(id, [process.execPath, '-e', script])).stdout.trim();
    expect(await asked('web')).to.equal('web in vpc-1');
    expect(await asked('other')).to.equal('other in vpc-2');
  });

  it('tells what is inside a host only as many hops away as the host`s metadata may go', async () => {
    /** A network of its own inside the host, behind the host's address, as containers have it. */
    const asked = async (id: string) =>
      (await planes.exec(id, ['sh', '-c', container('http://169.254.169.254/latest/meta-data/instance-id')]))
        .stdout;
    expect(await asked('web')).to.equal('web');
    for (const [hops, seen] of [
      [1, ''],
      [2, 'web'],
    ] as const) {
      const hosts = first.hosts.map((one) =>
        one.id === 'web' ? host('web', '10.0.0.5', 'sg-public', { metadataHops: hops }) : one,
      );
      await planes.apply({ vpcs: [{ ...first, hosts }, second] });
      expect(await asked('web'), `${hops} hops`).to.equal(seen);
      expect(await ask('web', 'http://169.254.169.254/latest/meta-data/instance-id')).to.equal('web');
    }
    await planes.apply(plan);
  });

  it('changes rules under running connections, and takes back what a plan no longer has', async () => {
    const closed = groups.map((group) => (group.id === 'sg-public' ? { ...group, ingress: [] } : group));
    await planes.apply({ vpcs: [{ ...first, securityGroups: closed }, second] });
    expect(await ask('internet', 'http://203.0.113.5/')).to.equal('refused');
    // The address moves to another host: an Elastic IP associated anew.
    const moved = first.hosts.map(({ id, interfaces: [one] }) =>
      host(
        id,
        one!.privateAddress,
        id === 'app' ? 'sg-public' : 'sg-db',
        id === 'app' ? isPublic('203.0.113.5') : {},
      ),
    );
    await planes.apply({ vpcs: [{ ...first, hosts: moved }, second] });
    expect(await ask('internet', 'http://203.0.113.5/')).to.equal('app 198.51.100.10');
    await planes.apply({ vpcs: [first] });
    expect(await ask('internet', 'http://203.0.113.6/')).to.equal('refused');
    await planes.apply(plan);
  });

  it('moves a host with several interfaces to other addresses', async () => {
    const nodes = (...addresses: string[]): HostPlan => ({
      id: 'alb',
      interfaces: addresses.map((address) => host('alb', address, 'sg-public').interfaces[0]!),
    });
    await planes.apply({ vpcs: [{ ...first, hosts: [...first.hosts, nodes('10.0.0.20', '10.0.1.20')] }] });
    await planes.listen('alb', 80);
    expect(await ask('web', 'http://10.0.1.20/')).to.equal('alb 10.0.0.5');
    await planes.apply({ vpcs: [{ ...first, hosts: [...first.hosts, nodes('10.0.2.20', '10.0.1.20')] }] });
    expect(await ask('web', 'http://10.0.2.20/')).to.equal('alb 10.0.0.5');
    expect(await ask('web', 'http://10.0.0.20/')).to.equal('refused');
    expect(await ask('alb', 'http://10.0.0.5/')).to.equal('web 10.0.2.20');
    await planes.apply(plan);
  });

  it('makes many hosts in one go', async () => {
    const many = Array.from({ length: 60 }, (_, index) =>
      host(`h${index}`, `10.0.9.${index + 5}`, 'sg-public'),
    );
    await planes.apply({ vpcs: [{ ...first, hosts: [...first.hosts, ...many] }, second] });
    await planes.listen('h59', 80);
    expect(await ask('web', 'http://10.0.9.64/')).to.equal('h59 10.0.0.5');
    await planes.apply(plan);
    expect(await ask('web', 'http://10.0.9.64/')).to.equal('refused');
  });
});

/** A script that asks for a URL from a network namespace one hop behind the one that it runs in. */
const container = (url: string): string => `
  echo 1 > /proc/sys/net/ipv4/ip_forward
  unshare --net sleep 20 & inside=$!
  until [ "$(readlink /proc/$inside/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
  ip link add bridge0 type veth peer name eth0 netns $inside
  ip addr add 172.17.0.1/24 dev bridge0
  ip link set bridge0 up
  nft 'table ip containers { chain out { type nat hook postrouting priority srcnat; oifname "eth0" masquerade; }; }'
  nsenter --net=/proc/$inside/ns/net sh -c '
    ip addr add 172.17.0.2/24 dev eth0
    ip link set eth0 up
    ip route add default via 172.17.0.1
    curl -s -m 2 ${url}'
  kill $inside
  ip link del bridge0
  nft delete table ip containers`;
