import { expect } from 'chai';
import { networkPlan } from '../../../../local/services/ec2/network-plan.ts';
import {
  openState,
  type Ec2State,
  type InstanceRow,
  type InterfaceRow,
} from '../../../../local/services/ec2/state.ts';
import { openStore } from '../../../../local/store.ts';

describe('the network plan of a region', () => {
  let state: Ec2State;
  beforeEach(() => {
    state = openState(openStore());
    state.vpcs.set('vpc-1', {
      id: 'vpc-1',
      cidr: '10.0.0.0/16',
      tenancy: 'default',
      enableDnsSupport: true,
      enableDnsHostnames: true,
    });
    addSubnet('subnet-public', '10.0.0.0/24');
    addSubnet('subnet-private', '10.0.1.0/24');
    state.internetGateways.set('igw-1', { id: 'igw-1', vpcId: 'vpc-1' });
    addTable('rtb-main', 'igw-1');
    addTable('rtb-private', 'nat-1', 'subnet-private');
    state.natGateways.set('nat-1', {
      id: 'nat-1',
      vpcId: 'vpc-1',
      subnetId: 'subnet-public',
      interfaceId: 'eni-nat',
      allocationId: 'eipalloc-1',
      publicAddress: '203.0.113.1',
      privateAddress: '10.0.0.4',
      state: 'available',
      createdAt: 0,
    });
  });

  const addSubnet = (id: string, cidr: string): void => {
    state.subnets.set(id, { id, vpcId: 'vpc-1', cidr, zone: 'eu-central-1a', mapPublicIpOnLaunch: false });
  };
  const addTable = (id: string, target: string, subnetId?: string): void => {
    state.routeTables.set(id, {
      id,
      vpcId: 'vpc-1',
      routes: [
        { destination: '10.0.0.0/16', target: 'local' },
        { destination: '0.0.0.0/0', target },
      ],
      associations: [subnetId === undefined ? { id: `${id}-a` } : { id: `${id}-a`, subnetId }],
    });
  };
  const addInterface = (id: string, subnetId: string, more: Partial<InterfaceRow> = {}): void => {
    state.interfaces.set(id, {
      id,
      vpcId: 'vpc-1',
      subnetId,
      privateAddress: '10.0.1.5',
      groups: ['sg-1'],
      description: '',
      type: 'interface',
      hostId: 'host-1',
      createdAt: 0,
      autoPublic: false,
      ...more,
    });
  };
  const onlyInterface = () => networkPlan(state).vpcs[0]!.hosts[0]!.interfaces[0]!;

  it('names the VPC with its resolver and NAT addresses', () => {
    const [vpc] = networkPlan(state).vpcs;
    expect(vpc).to.deep.include({
      id: 'vpc-1',
      cidrs: ['10.0.0.0/16'],
      resolverAddress: '10.0.0.2',
      natAddresses: ['203.0.113.1'],
      hosts: [],
    });
  });

  it('leads a private subnet to the NAT gateway and a public one to the internet', () => {
    addInterface('eni-1', 'subnet-private');
    expect(onlyInterface().defaultRoute).to.deep.equal({ nat: '203.0.113.1' });
    addInterface('eni-1', 'subnet-public');
    expect(onlyInterface().defaultRoute).to.equal('internet');
  });

  const blackHoles: [string, () => void][] = [
    ['the NAT gateway is gone', () => state.natGateways.delete('nat-1')],
    [
      'the internet gateway is detached',
      () => {
        state.internetGateways.set('igw-1', { id: 'igw-1' });
      },
    ],
    [
      'the NAT gateway stands in its own subnet',
      () => {
        addTable('rtb-main', 'nat-1');
      },
    ],
  ];
  for (const [what, happens] of blackHoles)
    it(`leads a private subnet nowhere when ${what}`, () => {
      addInterface('eni-1', 'subnet-private');
      happens();
      expect(onlyInterface().defaultRoute).to.equal('none');
    });

  it('leads a private subnet nowhere while the zone of its NAT gateway is down', () => {
    addInterface('eni-1', 'subnet-private');
    const zone = state.subnets.get('subnet-public')!.zone;
    const plan = networkPlan(state, (one) => one === zone);
    expect(plan.vpcs[0]!.hosts[0]!.interfaces[0]!.defaultRoute).to.equal('none');
  });

  it('prefers an Elastic IP to an assigned address', () => {
    addInterface('eni-1', 'subnet-public', { publicAddress: '203.0.113.9' });
    expect(onlyInterface().publicAddress).to.equal('203.0.113.9');
    state.addresses.set('eipalloc-2', {
      id: 'eipalloc-2',
      publicAddress: '203.0.113.2',
      interfaceId: 'eni-1',
    });
    expect(onlyInterface().publicAddress).to.equal('203.0.113.2');
  });

  it('has an instance from its launch until its machine has ended', () => {
    addInterface('eni-1', 'subnet-public', { hostId: 'i-1' });
    const hosts = (now: InstanceRow['state']): number => {
      state.instances.set('i-1', { id: 'i-1', state: now } as InstanceRow);
      return networkPlan(state).vpcs[0]!.hosts.length;
    };
    for (const now of ['pending', 'running', 'stopping', 'shutting-down'] as const)
      expect(hosts(now), now).to.equal(1);
    for (const now of ['stopped', 'terminated'] as const) expect(hosts(now), now).to.equal(0);
  });

  it('turns rules into what the kernel knows, and leaves IPv6 out', () => {
    state.securityGroups.set('sg-1', { id: 'sg-1', name: 'web', description: '', vpcId: 'vpc-1' });
    const rule = { groupId: 'sg-1', isEgress: false, fromPort: 80, toPort: 81 };
    state.securityGroupRules.set('1', { ...rule, id: '1', protocol: 'tcp', peer: { cidrIpv4: '0.0.0.0/0' } });
    state.securityGroupRules.set('2', { ...rule, id: '2', protocol: 'tcp', peer: { cidrIpv6: '::/0' } });
    state.securityGroupRules.set('3', {
      ...rule,
      id: '3',
      protocol: '-1',
      isEgress: true,
      peer: { groupId: 'sg-2' },
    });
    expect(networkPlan(state).vpcs[0]!.securityGroups).to.deep.equal([
      {
        id: 'sg-1',
        ingress: [{ protocol: 'tcp', ports: [80, 81], peer: { cidr: '0.0.0.0/0' } }],
        egress: [{ protocol: 'all', peer: { group: 'sg-2' } }],
      },
    ]);
  });
});
