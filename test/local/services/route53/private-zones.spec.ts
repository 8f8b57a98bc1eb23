import { Route53, type ResourceRecordSet } from '@aws-sdk/client-route-53';
import { EC2 } from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { createEc2 } from '../../../../local/services/ec2/service.ts';
import { createRoute53 } from '../../../../local/services/route53/service.ts';
import { startEndpoint, type TestCloud } from '../../../support/endpoint.ts';
import { NamedMachines, RecordingNetwork } from '../ec2/planes.ts';

describe('private hosted zones of Route 53', () => {
  let cloud: TestCloud;
  let route53: Route53;
  let ec2: EC2;
  const VPCRegion = 'eu-central-1' as const;
  let vpc: string;
  let other: string;

  beforeEach(async () => {
    cloud = await startEndpoint(
      { ec2: createEc2, route53: createRoute53 },
      { network: new RecordingNetwork(), instances: new NamedMachines() },
    );
    route53 = new Route53(cloud.client);
    ec2 = new EC2(cloud.client);
    vpc = await newVpc('10.0.0.0/16');
    other = await newVpc('10.1.0.0/16');
  });
  afterEach(() => cloud.stop());

  async function newVpc(CidrBlock: string): Promise<string> {
    const { Vpc } = await ec2.createVpc({ CidrBlock });
    const VpcId = Vpc?.VpcId ?? '';
    await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
    return VpcId;
  }
  let references = 0;
  const zone = (Name: string, VPCId?: string) =>
    route53.createHostedZone({
      Name,
      CallerReference: `zone-${references++}`,
      ...(VPCId !== undefined && { VPC: { VPCId, VPCRegion } }),
    });
  const idOf = async (made: ReturnType<typeof zone>) =>
    (await made).HostedZone?.Id?.replace('/hostedzone/', '') ?? '';
  const put = (HostedZoneId: string, Name: string, address: string) => {
    const set: ResourceRecordSet = { Name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: address }] };
    const Changes = [{ Action: 'CREATE' as const, ResourceRecordSet: set }];
    return route53.changeResourceRecordSets({ HostedZoneId, ChangeBatch: { Changes } });
  };
  const resolve = (name: string, vpcId?: string) => {
    const { code, records } = cloud.parts.services.route53.resolve(name, 'A', vpcId);
    return code === 'NOERROR' ? records.map(({ data }) => data).join() : code;
  };
  const failure = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'no error',
      (error: unknown) => (error as Error).name,
    );

  it('are answered by the resolvers of their VPCs alone', async () => {
    const id = await idOf(zone('internal.example', vpc));
    await put(id, 'db.internal.example', '10.0.1.5');
    expect([resolve('db.internal.example', vpc), resolve('db.internal.example', other)]).to.deep.equal([
      '10.0.1.5',
      'NXDOMAIN',
    ]);
    expect(resolve('db.internal.example')).to.equal('NXDOMAIN');
    await route53.associateVPCWithHostedZone({ HostedZoneId: id, VPC: { VPCId: other, VPCRegion } });
    expect(resolve('db.internal.example', other)).to.equal('10.0.1.5');
    await route53.disassociateVPCFromHostedZone({ HostedZoneId: id, VPC: { VPCId: other, VPCRegion } });
    expect(resolve('db.internal.example', other)).to.equal('NXDOMAIN');
  });

  it('come before the public zone of the name, also where they have no record; the longest one answers', async () => {
    const outside = await idOf(zone('shop.example'));
    await put(outside, 'www.shop.example', '203.0.113.1');
    await put(outside, 'only.shop.example', '203.0.113.2');
    const inside = await idOf(zone('shop.example', vpc));
    await put(inside, 'www.shop.example', '10.0.1.5');
    const deeper = await idOf(zone('eu.shop.example', vpc));
    await put(deeper, 'www.eu.shop.example', '10.0.1.6');
    expect(['www', 'only', 'www.eu'].map((name) => resolve(`${name}.shop.example`, vpc))).to.deep.equal([
      '10.0.1.5',
      'NXDOMAIN',
      '10.0.1.6',
    ]);
    expect(resolve('www.shop.example')).to.equal('203.0.113.1');
    expect(resolve('www.shop.example', other)).to.equal('203.0.113.1');
  });

  it('need DNS support and DNS hostnames of the VPC', async () => {
    await put(await idOf(zone('internal.example', vpc)), 'db.internal.example', '10.0.1.5');
    await ec2.modifyVpcAttribute({ VpcId: vpc, EnableDnsHostnames: { Value: false } });
    expect(resolve('db.internal.example', vpc)).to.equal('NXDOMAIN');
  });

  it('are shown with their VPCs and without name servers to delegate to', async () => {
    const made = await zone('internal.example', vpc);
    expect(made.HostedZone?.Config?.PrivateZone).to.equal(true);
    expect(made.DelegationSet).to.equal(undefined);
    const Id = made.HostedZone?.Id;
    expect((await route53.getHostedZone({ Id })).VPCs).to.deep.equal([{ VPCId: vpc, VPCRegion }]);
    await zone('public.example');
    const { HostedZones } = await route53.listHostedZones({ HostedZoneType: 'PrivateHostedZone' });
    expect(HostedZones?.map(({ Name }) => Name)).to.deep.equal(['internal.example.']);
    const { HostedZoneSummaries } = await route53.listHostedZonesByVPC({ VPCId: vpc, VPCRegion });
    expect(HostedZoneSummaries?.map(({ Name }) => Name)).to.deep.equal(['internal.example.']);
  });

  it('refuse what AWS refuses', async () => {
    const id = await idOf(zone('internal.example', vpc));
    const open = await idOf(zone('public.example'));
    const associate = (HostedZoneId: string, VPCId: string) =>
      route53.associateVPCWithHostedZone({ HostedZoneId, VPC: { VPCId, VPCRegion } });
    const leave = (VPCId: string) =>
      route53.disassociateVPCFromHostedZone({ HostedZoneId: id, VPC: { VPCId, VPCRegion } });
    expect(await failure(zone('internal.example', vpc))).to.equal('ConflictingDomainExists');
    expect(await failure(zone('other.example', 'vpc-0123'))).to.equal('InvalidVPCId');
    expect(await failure(associate(id, vpc))).to.equal('ConflictingDomainExists');
    expect(await failure(associate(open, vpc))).to.equal('PublicZoneVPCAssociation');
    expect(await failure(leave(other))).to.equal('VPCAssociationNotFound');
    expect(await failure(leave(vpc))).to.equal('LastVPCAssociation');
    const test = { HostedZoneId: id, RecordName: 'internal.example', RecordType: 'A' as const };
    expect(await failure(route53.testDNSAnswer(test))).to.equal('InvalidInput');
  });
});
