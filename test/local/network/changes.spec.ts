import { expect } from 'chai';
import { carrierAddress } from '../../../local/network/addresses.ts';
import {
  addressesOf,
  changesTo,
  outsideAddresses,
  type Router,
  type WiredHost,
} from '../../../local/network/changes.ts';
import type { HostPlan, VpcPlan } from '../../../local/network/plan.ts';

const host = (id: string, ...addresses: string[]): HostPlan => ({
  id,
  interfaces: addresses.map((privateAddress) => ({
    id: `eni-${privateAddress}`,
    privateAddress,
    defaultRoute: 'none',
    securityGroups: [],
  })),
});

const vpc = (id: string, ...hosts: HostPlan[]): VpcPlan => ({
  id,
  cidrs: [],
  resolverAddress: '10.0.0.2',
  securityGroups: [],
  natAddresses: ['203.0.113.9'],
  hosts,
});

const wired = (id: string, ...addresses: string[]): WiredHost => ({
  id,
  link: `v-${id}`,
  carrier: '100.64.0.1',
  addresses,
});

const router = (id: string, ...hosts: WiredHost[]): Router => ({
  id,
  coreLink: 'c1',
  hosts: new Map(hosts.map((one) => [one.id, one])),
  outside: new Set(),
  ruleset: '',
});

const routers = (...all: Router[]): Map<string, Router> => new Map(all.map((one) => [one.id, one]));

describe('what a new plan changes in the network', () => {
  it('is nothing when all is there', () => {
    const changes = changesTo(routers(router('vpc-1', wired('i-1', '10.0.0.5'))), {
      vpcs: [vpc('vpc-1', host('i-1', '10.0.0.5'))],
    });
    expect(Object.values(changes).flat()).to.deep.equal([]);
  });

  it('adds and removes routers and hosts', () => {
    const changes = changesTo(
      routers(router('vpc-1', wired('i-1', '10.0.0.5')), router('vpc-2', wired('i-2'))),
      {
        vpcs: [vpc('vpc-1', host('i-3', '10.0.0.6')), vpc('vpc-3')],
      },
    );
    expect(changes.routersToAdd.map(({ id }) => id)).to.deep.equal(['vpc-3']);
    expect(changes.routersToRemove.map(({ id }) => id)).to.deep.equal(['vpc-2']);
    expect(changes.hostsToAdd.map(({ host: { id } }) => id)).to.deep.equal(['i-3']);
    expect(changes.hostsToRemove.map(({ host: { id } }) => id)).to.deep.equal(['i-1', 'i-2']);
  });

  it('gives a host that stays its new addresses', () => {
    const changes = changesTo(routers(router('vpc-1', wired('alb', '10.0.0.5', '10.0.1.5'))), {
      vpcs: [vpc('vpc-1', host('alb', '10.0.0.5', '10.0.2.5'))],
    });
    expect(changes.hostsToReaddress.map(({ host: { id } }) => id)).to.deep.equal(['alb']);
    expect(changes.hostsToAdd).to.deep.equal([]);
  });

  it('has a host speak with an address whose zone is up', () => {
    const balancer = host('alb', '10.0.0.5', '10.0.1.5');
    const [first, ...others] = balancer.interfaces;
    const cut = { ...balancer, interfaces: [{ ...first!, isCut: true as const }, ...others] };
    expect(addressesOf(cut)).to.deep.equal(['10.0.1.5', '10.0.0.5']);
    const changes = changesTo(routers(router('vpc-1', wired('alb', '10.0.0.5', '10.0.1.5'))), {
      vpcs: [vpc('vpc-1', cut)],
    });
    expect(changes.hostsToReaddress.map(({ host: { id } }) => id)).to.deep.equal(['alb']);
  });

  it('leads public, NAT and carrier addresses to the VPC that owns them', () => {
    const plan = vpc('vpc-1', {
      id: 'i-1',
      interfaces: [{ ...host('i-1', '10.0.0.5').interfaces[0]!, publicAddress: '203.0.113.5' }],
    });
    const addresses = outsideAddresses(plan, new Map([['i-1', wired('i-1', '10.0.0.5')]]));
    expect([...addresses]).to.deep.equal(['203.0.113.9', '203.0.113.5', '100.64.0.1']);
  });

  it('counts carrier addresses through the whole shared range', () => {
    expect([1, 255, 256, 65_536].map(carrierAddress)).to.deep.equal([
      '100.64.0.1',
      '100.64.0.255',
      '100.64.1.0',
      '100.65.0.0',
    ]);
  });
});
