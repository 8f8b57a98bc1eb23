import { expect } from 'chai';
import { mayConnect, type Interface, type Rule, type World } from '../scenarios/packets/reachability.ts';

/** The scenario "who reaches whom" is right only as far as this function is. */
describe('who should reach whom', () => {
  const outside = '198.51.100.10';

  const one = (address: string, more: Partial<Interface> = {}): Interface => ({
    vpcId: 'vpc-1',
    address,
    publicAddress: undefined,
    groups: [],
    way: 'none',
    cluster: undefined,
    ...more,
  });
  const rule = (groupId: string, isEgress: boolean, more: Partial<Rule> = {}): Rule => ({
    groupId,
    isEgress,
    protocol: '-1',
    fromPort: 0,
    toPort: 65_535,
    cidr: '0.0.0.0/0',
    peerGroup: undefined,
    ...more,
  });
  const port = (number: number, more: Partial<Rule> = {}): Partial<Rule> => ({
    protocol: 'tcp',
    fromPort: number,
    toPort: number,
    ...more,
  });
  const fromGroup = (peerGroup: string): Partial<Rule> => ({ cidr: undefined, peerGroup });

  const web = one('10.0.0.5', { groups: ['web'], way: 'internet', publicAddress: '203.0.113.5' });
  const app = one('10.0.1.5', { groups: ['app', 'more'], way: { nat: '203.0.113.9' } });
  const database = one('10.0.2.5', { groups: ['db'] });
  const twin = one('10.0.2.6', { groups: ['db'], cluster: 'c' });
  const world: World = {
    outside: [outside],
    interfaces: [
      ...[web, app, database, twin, one('10.0.2.7', { groups: ['db'], cluster: 'c' })],
      one('10.0.2.5', { vpcId: 'vpc-2', groups: ['web'] }),
    ],
    rules: [
      rule('web', false, port(80)),
      rule('web', true),
      rule('app', false, port(8080, fromGroup('web'))),
      rule('more', true, { cidr: '10.0.0.0/16' }),
      rule('db', false, port(3306, fromGroup('app'))),
      rule('db', false, port(22, { protocol: 'udp' })),
      rule('db', false, port(5000, { cidr: '::/0' })),
      rule('db', false, port(6000, { cidr: '10.0.1.0/24' })),
    ],
  };
  const reaches = (from: string, to: string, at: number) => mayConnect(world, from, to, at);

  for (const [why, from, to, at, expected] of [
    ['both ends allow it', web.address, app.address, 8080, true],
    ['another port is asked', web.address, app.address, 8081, false],
    [
      'one of several groups lets it out, another of the peer`s in',
      app.address,
      database.address,
      3306,
      true,
    ],
    ['the sender is in no group that is let in', web.address, database.address, 3306, false],
    ['the sender may not send', database.address, web.address, 80, false],
    ['the rule is for UDP', app.address, database.address, 22, false],
    ['the rule is for IPv6', app.address, database.address, 5000, false],
    ['the sender is in the range', app.address, database.address, 6000, true],
    ['the sender is not in the range', web.address, database.address, 6000, false],
    ['they are nodes of one cluster', twin.address, '10.0.2.7', 6379, true],
    ['they are not of one cluster', twin.address, database.address, 6379, false],
    ['the internet asks for what is public', outside, '203.0.113.5', 80, true],
    ['the internet asks for a closed port', outside, '203.0.113.5', 22, false],
    ['the internet asks for a private address', outside, web.address, 80, false],
    ['it has a public address and a way out', web.address, outside, 443, true],
    ['its groups keep it inside', app.address, outside, 443, false],
    ['it has no way out', database.address, outside, 443, false],
    ['it goes out and in by public addresses', web.address, '203.0.113.5', 80, true],
    ['nobody has the address', web.address, '203.0.113.77', 80, false],
  ] as const)
    it(`${expected ? 'does' : 'does not'} when ${why}`, () => {
      expect(reaches(from, to, at)).to.equal(expected);
    });

  it('sees who comes through a NAT gateway as the gateway`s address', () => {
    const open = rule('app', true);
    const only = (cidr: string): World => ({
      ...world,
      rules: [open, rule('web', false, port(80, { cidr }))],
    });
    expect(mayConnect(only('203.0.113.9/32'), app.address, '203.0.113.5', 80)).to.equal(true);
    expect(mayConnect(only('10.0.1.5/32'), app.address, '203.0.113.5', 80)).to.equal(false);
  });

  it('keeps VPCs with the same addresses apart', () => {
    expect(reaches('10.0.0.5', '10.0.2.5', 80)).to.equal(false);
    const elsewhere = { ...world, interfaces: [web, one('10.9.0.5', { vpcId: 'vpc-2', groups: ['web'] })] };
    expect(mayConnect(elsewhere, web.address, '10.9.0.5', 80)).to.equal(false);
  });

  it('needs an internet gateway at the other end, too', () => {
    const inside = { ...world, interfaces: [{ ...web, way: 'none' as const }] };
    expect(mayConnect(inside, outside, '203.0.113.5', 80)).to.equal(false);
  });
});
