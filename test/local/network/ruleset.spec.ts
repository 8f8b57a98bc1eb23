import { expect } from 'chai';
import type { InterfacePlan, SecurityGroupPlan, VpcPlan } from '../../../local/network/plan.ts';
import { rulesetOf } from '../../../local/network/ruleset.ts';

const everywhere = { cidr: '0.0.0.0/0' };
const web: SecurityGroupPlan = {
  id: 'sg-web',
  ingress: [{ protocol: 'tcp', ports: [80, 80], peer: everywhere }],
  egress: [{ protocol: 'all', peer: everywhere }],
};
const database: SecurityGroupPlan = {
  id: 'sg-db',
  ingress: [{ protocol: 'tcp', ports: [3306, 3306], peer: { group: 'sg-web' } }],
  egress: [{ protocol: 'udp', ports: [1, 1024], peer: { cidr: '10.0.0.0/8' } }],
};

const one = (privateAddress: string, more: Partial<InterfacePlan> = {}): InterfacePlan => ({
  id: `eni-${privateAddress}`,
  privateAddress,
  defaultRoute: 'none',
  securityGroups: ['sg-web'],
  ...more,
});

const vpcOf = (interfaces: InterfacePlan[], groups = [web, database]): VpcPlan => ({
  id: 'vpc-1',
  cidrs: ['10.0.0.0/16'],
  resolverAddress: '10.0.0.2',
  natAddresses: [],
  securityGroups: groups,
  hosts: [{ id: 'i-1', interfaces }],
});

const wires = new Map([['i-1', { link: 'v7', carrier: '100.64.0.7' }]]);
const compile = (vpc: VpcPlan, refusal: 'reject' | 'drop' = 'reject'): string =>
  rulesetOf(vpc, wires, refusal);

/** The lines inside a chain. */
function chain(ruleset: string, name: string): string[] {
  const body = new RegExp(`chain ${name} \\{\\n([\\s\\S]*?)\\n  \\}`).exec(ruleset)?.[1] ?? '';
  return body.split('\n').map((line) => line.trim());
}

describe('the ruleset of a VPC', () => {
  it('replaces the whole table in one transaction', () => {
    const lines = compile(vpcOf([one('10.0.1.5')])).split('\n');
    expect(lines.slice(0, 3)).to.deep.equal(['table inet vpc', 'delete table inet vpc', 'table inet vpc {']);
  });

  it('lets nodes of one cluster talk past their security groups, and nobody else', () => {
    const ruleset = compile(
      vpcOf([
        one('10.0.1.5', { cluster: 'a' }),
        one('10.0.2.5', { cluster: 'a' }),
        one('10.0.3.5', { cluster: 'b' }),
        one('10.0.3.6'),
      ]),
    );
    expect(ruleset).to.contain('elements = { 10.0.1.5 . 10.0.2.5, 10.0.2.5 . 10.0.1.5 }');
    expect(chain(ruleset, 'forward')).to.include('ip saddr . ip daddr @clustered accept');
  });

  it('gives a public address only to an interface whose subnet leads to an internet gateway', () => {
    const withGateway = compile(
      vpcOf([one('10.0.1.5', { publicAddress: '203.0.113.5', defaultRoute: 'internet' })]),
    );
    const without = compile(vpcOf([one('10.0.1.5', { publicAddress: '203.0.113.5', defaultRoute: 'none' })]));
    expect(withGateway).to.contain(
      'map entering { type ipv4_addr : ipv4_addr; elements = { 203.0.113.5 : 10.0.1.5 } }',
    );
    expect(withGateway).to.contain(
      'map leaving { type ipv4_addr : ipv4_addr; elements = { 10.0.1.5 : 203.0.113.5 } }',
    );
    expect(without).to.contain('map entering { type ipv4_addr : ipv4_addr; }');
    expect(without).to.contain('set routed { type ipv4_addr; }');
  });

  it('lets an interface behind a NAT gateway out under its address, and nobody in', () => {
    const ruleset = compile(vpcOf([one('10.0.1.5', { defaultRoute: { nat: '203.0.113.9' } })]));
    expect(ruleset).to.contain(
      'map leaving { type ipv4_addr : ipv4_addr; elements = { 10.0.1.5 : 203.0.113.9 } }',
    );
    expect(ruleset).to.contain('map entering { type ipv4_addr : ipv4_addr; }');
  });

  it('asks the sender`s groups first and the receiver`s next', () => {
    const ruleset = compile(vpcOf([one('10.0.1.5')]));
    expect(chain(ruleset, 'out-sg-db')).to.deep.equal(['ip daddr 10.0.0.0/8 udp dport 1-1024 goto arriving']);
    expect(chain(ruleset, 'in-sg-db')).to.deep.equal(['ip saddr @members-sg-web tcp dport 3306-3306 accept']);
    expect(chain(ruleset, 'forward').slice(-3)).to.deep.equal([
      'ip saddr @members-sg-web jump out-sg-web',
      'ip saddr @members-sg-db jump out-sg-db',
      'goto refused',
    ]);
    expect(chain(ruleset, 'arriving').at(-1)).to.equal('goto refused');
  });

  it('takes an interface into all of its groups', () => {
    const ruleset = compile(
      vpcOf([one('10.0.1.5', { securityGroups: ['sg-web', 'sg-db'] }), one('10.0.1.6')]),
    );
    expect(ruleset).to.contain('set members-sg-web { type ipv4_addr; elements = { 10.0.1.5, 10.0.1.6 } }');
    expect(ruleset).to.contain('set members-sg-db { type ipv4_addr; elements = { 10.0.1.5 } }');
  });

  it('leaves out peers that cannot exist here: IPv6 and groups of other VPCs', () => {
    const group: SecurityGroupPlan = {
      id: 'sg-x',
      ingress: [
        { protocol: 'all', peer: { cidr: '::/0' } },
        { protocol: 'all', peer: { group: 'sg-elsewhere' } },
        { protocol: 'icmp', peer: everywhere },
      ],
      egress: [],
    };
    expect(chain(compile(vpcOf([one('10.0.1.5')], [group])), 'in-sg-x')).to.deep.equal([
      'meta l4proto icmp accept',
    ]);
  });

  it('refuses at once, or silently where that is wanted', () => {
    const vpc = vpcOf([one('10.0.1.5')]);
    expect(chain(compile(vpc), 'refused')).to.deep.equal(['reject with icmpx type admin-prohibited']);
    expect(chain(compile(vpc, 'drop'), 'refused')).to.deep.equal(['drop']);
  });

  it('knows nothing of an interface whose zone is down', () => {
    const cut = compile(
      vpcOf([one('10.0.1.5', { publicAddress: '203.0.113.5', defaultRoute: 'internet', isCut: true })]),
    );
    expect(cut).not.to.contain('10.0.1.5');
  });

  it('lets answers of the metadata service go as many hops as an interface says', () => {
    const limited = [
      one('10.0.1.5', { metadataHops: 1 }),
      one('10.0.1.6', { metadataHops: 1 }),
      one('10.0.1.7', { metadataHops: 2 }),
      one('10.0.1.8'),
    ];
    expect(chain(compile(vpcOf(limited)), 'forward').filter((line) => line.includes('ttl'))).to.deep.equal([
      'ip saddr 169.254.169.254 tcp sport 80 ip daddr { 10.0.1.5, 10.0.1.6 } ip ttl set 1',
      'ip saddr 169.254.169.254 tcp sport 80 ip daddr { 10.0.1.7 } ip ttl set 2',
    ]);
  });

  it('lets no host speak with another`s address', () => {
    const ruleset = compile(vpcOf([one('10.0.1.5')]));
    expect(ruleset).to.contain('set owners { type ifname . ipv4_addr; elements = { "v7" . 10.0.1.5 } }');
    expect(chain(ruleset, 'forward')[1]).to.equal('iifname != "core" iifname . ip saddr != @owners drop');
  });

  it('tells hosts apart by their carrier addresses where the daemon answers them', () => {
    const ruleset = compile(vpcOf([one('10.0.1.5')]));
    expect(ruleset).to.contain(
      'map carriers { type ipv4_addr : ipv4_addr; elements = { 10.0.1.5 : 100.64.0.7 } }',
    );
    expect(chain(ruleset, 'prerouting')).to.include(
      'iifname != "core" ip daddr 10.0.0.2 udp dport 53 dnat ip to 169.254.169.253',
    );
  });
});
