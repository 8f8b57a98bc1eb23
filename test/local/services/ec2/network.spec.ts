import * as sdk from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { failure } from '../../../support/failure.ts';
import { makeNetwork, startRegion, until, type TestRegion } from './region.ts';

describe('EC2 networks', () => {
  let region: TestRegion;
  let ec2: sdk.EC2Client;
  before(async () => {
    region = await startRegion();
    ec2 = region.ec2;
  });
  after(() => region.stop());

  describe('a VPC', () => {
    it('comes with a main route table, a default security group and a network ACL', async () => {
      const { Vpc } = await ec2.send(
        new sdk.CreateVpcCommand({
          CidrBlock: '10.9.0.0/16',
          TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'Name', Value: 'nine' }] }],
        }),
      );
      expect(Vpc).to.include({ CidrBlock: '10.9.0.0/16', State: 'available', IsDefault: false });
      expect(Vpc!.Tags).to.deep.equal([{ Key: 'Name', Value: 'nine' }]);
      const Filters = [{ Name: 'vpc-id', Values: [Vpc!.VpcId!] }];
      const { RouteTables } = await ec2.send(new sdk.DescribeRouteTablesCommand({ Filters }));
      expect(RouteTables).to.have.length(1);
      expect(RouteTables![0]!.Associations![0]!.Main).to.equal(true);
      expect(RouteTables![0]!.Routes![0]).to.include({
        DestinationCidrBlock: '10.9.0.0/16',
        GatewayId: 'local',
      });
      const { SecurityGroups } = await ec2.send(new sdk.DescribeSecurityGroupsCommand({ Filters }));
      expect(SecurityGroups!.map(({ GroupName }) => GroupName)).to.deep.equal(['default']);
      const { NetworkAcls } = await ec2.send(new sdk.DescribeNetworkAclsCommand({ Filters }));
      expect(NetworkAcls![0]!.IsDefault).to.equal(true);
    });

    it('has attributes that can be changed', async () => {
      const { vpcId } = await makeNetwork(region, '10.10.0.0/16');
      await ec2.send(
        new sdk.ModifyVpcAttributeCommand({ VpcId: vpcId, EnableDnsHostnames: { Value: true } }),
      );
      const { EnableDnsHostnames } = await ec2.send(
        new sdk.DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute: 'enableDnsHostnames' }),
      );
      expect(EnableDnsHostnames!.Value).to.equal(true);
    });

    it('cannot be deleted while something is in it, and takes its companions along', async () => {
      const { vpcId, subnetId, gatewayId } = await makeNetwork(region, '10.11.0.0/16');
      const refused = await failure(ec2.send(new sdk.DeleteVpcCommand({ VpcId: vpcId })));
      expect(refused.name).to.equal('DependencyViolation');
      expect(refused.message).to.equal(`The vpc '${vpcId}' has dependencies and cannot be deleted.`);
      await ec2.send(new sdk.DeleteSubnetCommand({ SubnetId: subnetId }));
      await ec2.send(new sdk.DetachInternetGatewayCommand({ VpcId: vpcId, InternetGatewayId: gatewayId }));
      await ec2.send(new sdk.DeleteInternetGatewayCommand({ InternetGatewayId: gatewayId }));
      await ec2.send(new sdk.DeleteVpcCommand({ VpcId: vpcId }));
      const missing = await failure(ec2.send(new sdk.DescribeVpcsCommand({ VpcIds: [vpcId] })));
      expect(missing.name).to.equal('InvalidVpcID.NotFound');
      const { SecurityGroups } = await ec2.send(
        new sdk.DescribeSecurityGroupsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
      );
      expect(SecurityGroups).to.deep.equal([]);
    });

    const ranges: [string, string][] = [
      ['10.0.0.0/8', 'InvalidVpc.Range'],
      ['10.0.0.0/29', 'InvalidVpc.Range'],
      ['203.0.113.0/24', 'InvalidVpc.Range'],
      ['ten', 'InvalidParameterValue'],
    ];
    for (const [cidr, code] of ranges)
      it(`cannot have the range ${cidr}`, async () => {
        const refused = await failure(ec2.send(new sdk.CreateVpcCommand({ CidrBlock: cidr })));
        expect(refused.name).to.equal(code);
      });

    it('refuses what nothing here has state for', async () => {
      const refused = await failure(
        ec2.send(new sdk.CreateVpcCommand({ CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock: true })),
      );
      expect(refused.name).to.equal('UnsupportedOperation');
    });
  });

  describe('a subnet', () => {
    it('must lie in the VPC and clear of other subnets', async () => {
      const { vpcId: VpcId } = await makeNetwork(region, '10.12.0.0/16');
      const make = (CidrBlock: string) => ec2.send(new sdk.CreateSubnetCommand({ VpcId, CidrBlock }));
      expect((await failure(make('10.12.1.128/25'))).name).to.equal('InvalidSubnet.Conflict');
      expect((await failure(make('10.13.1.0/24'))).name).to.equal('InvalidSubnet.Range');
    });

    it('counts its free addresses and maps public ones when told to', async () => {
      const { subnetId } = await makeNetwork(region, '10.14.0.0/16');
      await ec2.send(
        new sdk.ModifySubnetAttributeCommand({ SubnetId: subnetId, MapPublicIpOnLaunch: { Value: true } }),
      );
      const { Subnets } = await ec2.send(new sdk.DescribeSubnetsCommand({ SubnetIds: [subnetId] }));
      expect(Subnets![0]).to.include({
        AvailableIpAddressCount: 251,
        MapPublicIpOnLaunch: true,
        AvailabilityZoneId: 'euc1-az1',
      });
    });
  });

  describe('routes', () => {
    it('lead to attached gateways and become black holes when the target goes', async () => {
      const { vpcId, routeTableId, gatewayId } = await makeNetwork(region, '10.15.0.0/16');
      const again = { RouteTableId: routeTableId, DestinationCidrBlock: '0.0.0.0/0' };
      await ec2.send(new sdk.DetachInternetGatewayCommand({ VpcId: vpcId, InternetGatewayId: gatewayId }));
      const { RouteTables } = await ec2.send(
        new sdk.DescribeRouteTablesCommand({ RouteTableIds: [routeTableId] }),
      );
      expect(RouteTables![0]!.Routes![1]).to.include({ GatewayId: gatewayId, State: 'blackhole' });
      const refused = await failure(ec2.send(new sdk.CreateRouteCommand({ ...again, GatewayId: gatewayId })));
      expect(refused.message).to.contain('belong to different networks');
      await ec2.send(new sdk.DeleteRouteCommand(again));
      const missing = await failure(ec2.send(new sdk.DeleteRouteCommand(again)));
      expect(missing.name).to.equal('InvalidRoute.NotFound');
    });

    it('belong to tables that subnets are associated with', async () => {
      const { vpcId, subnetId } = await makeNetwork(region, '10.16.0.0/16');
      const { RouteTable } = await ec2.send(new sdk.CreateRouteTableCommand({ VpcId: vpcId }));
      const RouteTableId = RouteTable!.RouteTableId!;
      const associate = () =>
        ec2.send(new sdk.AssociateRouteTableCommand({ RouteTableId, SubnetId: subnetId }));
      const { AssociationId } = await associate();
      expect((await associate()).AssociationId).to.equal(AssociationId);
      const busy = await failure(ec2.send(new sdk.DeleteRouteTableCommand({ RouteTableId })));
      expect(busy.name).to.equal('DependencyViolation');
      await ec2.send(new sdk.DisassociateRouteTableCommand({ AssociationId: AssociationId! }));
      await ec2.send(new sdk.DeleteRouteTableCommand({ RouteTableId }));
    });
  });

  describe('Elastic IPs and NAT gateways', () => {
    it('come and go in order', async () => {
      const { vpcId, subnetId, gatewayId } = await makeNetwork(region, '10.17.0.0/16');
      const { AllocationId, PublicIp } = await ec2.send(new sdk.AllocateAddressCommand({ Domain: 'vpc' }));
      expect(PublicIp).to.match(/^203\.0\.113\.\d+$/);
      const { NatGateway } = await ec2.send(
        new sdk.CreateNatGatewayCommand({ SubnetId: subnetId, AllocationId: AllocationId! }),
      );
      const id = NatGateway!.NatGatewayId!;
      const stateOf = async () => {
        const { NatGateways } = await ec2.send(new sdk.DescribeNatGatewaysCommand({ NatGatewayIds: [id] }));
        return NatGateways![0]!;
      };
      const available = await until(stateOf, ({ State }) => State === 'available');
      expect(available.NatGatewayAddresses![0]).to.include({ AllocationId, PublicIp });
      const inUse = await failure(ec2.send(new sdk.ReleaseAddressCommand({ AllocationId: AllocationId! })));
      expect(inUse.name).to.equal('InvalidIPAddress.InUse');
      const mapped = await failure(
        ec2.send(new sdk.DetachInternetGatewayCommand({ VpcId: vpcId, InternetGatewayId: gatewayId })),
      );
      expect(mapped.name).to.equal('DependencyViolation');
      await ec2.send(new sdk.DeleteNatGatewayCommand({ NatGatewayId: id }));
      await until(stateOf, ({ State }) => State === 'deleted');
      await ec2.send(new sdk.ReleaseAddressCommand({ AllocationId: AllocationId! }));
      const gone = await failure(
        ec2.send(new sdk.DescribeAddressesCommand({ AllocationIds: [AllocationId!] })),
      );
      expect(gone.name).to.equal('InvalidAllocationID.NotFound');
    });

    it('make one gateway for one client token', async () => {
      const { subnetId: SubnetId } = await makeNetwork(region, '10.18.0.0/16');
      const { AllocationId } = await ec2.send(new sdk.AllocateAddressCommand({}));
      const create = () =>
        ec2.send(
          new sdk.CreateNatGatewayCommand({ SubnetId, AllocationId: AllocationId!, ClientToken: 'once' }),
        );
      const [first, second] = [await create(), await create()];
      expect(second.NatGateway!.NatGatewayId).to.equal(first.NatGateway!.NatGatewayId);
      const other = await failure(
        ec2.send(
          new sdk.CreateNatGatewayCommand({ SubnetId, ClientToken: 'once', AllocationId: 'eipalloc-1' }),
        ),
      );
      expect(other.name).to.equal('IdempotentParameterMismatch');
    });
  });

  describe("a service's own host", () => {
    it('gets all of its interfaces or none', async () => {
      const { subnetId } = await makeNetwork(region, '10.17.0.0/16');
      const { services } = region.cloud.parts;
      const wanted = { subnetId, securityGroupIds: [], description: 'nodes', isPublic: true };
      const NetworkInterfaces = async () =>
        (
          await ec2.send(
            new sdk.DescribeNetworkInterfacesCommand({
              Filters: [{ Name: 'subnet-id', Values: [subnetId] }],
            }),
          )
        ).NetworkInterfaces;
      const tooMany = Array.from({ length: 300 }, () => wanted);
      const full = await failure(services.ec2.createInterfaces('elb-1', tooMany));
      expect(full.message).to.include('addresses');
      expect(await NetworkInterfaces()).to.deep.equal([]);
      region.network.failures.push(new Error('no such table'));
      const broken = await failure(services.ec2.createInterfaces('elb-1', [wanted]));
      expect(broken.message).to.include('no such table');
      expect(await NetworkInterfaces()).to.deep.equal([]);
      await services.ec2.createInterfaces('elb-1', [wanted]);
      expect(await NetworkInterfaces()).to.have.length(1);
    });
  });

  it('tags, lists and untags any resource', async () => {
    const { vpcId, subnetId } = await makeNetwork(region, '10.19.0.0/16');
    await ec2.send(
      new sdk.CreateTagsCommand({ Resources: [vpcId, subnetId], Tags: [{ Key: 'team', Value: 'a' }] }),
    );
    const Filters = [
      { Name: 'key', Values: ['team'] },
      { Name: 'resource-type', Values: ['sub*'] },
    ];
    const { Tags } = await ec2.send(new sdk.DescribeTagsCommand({ Filters }));
    expect(Tags).to.deep.equal([{ ResourceId: subnetId, ResourceType: 'subnet', Key: 'team', Value: 'a' }]);
    await ec2.send(
      new sdk.DeleteTagsCommand({ Resources: [subnetId], Tags: [{ Key: 'team', Value: 'other' }] }),
    );
    expect((await ec2.send(new sdk.DescribeTagsCommand({ Filters }))).Tags).to.have.length(1);
    await ec2.send(new sdk.DeleteTagsCommand({ Resources: [subnetId], Tags: [{ Key: 'team' }] }));
    expect((await ec2.send(new sdk.DescribeTagsCommand({ Filters }))).Tags).to.deep.equal([]);
  });

  it('pages through listings and refuses unknown filters', async () => {
    const { vpcId } = await makeNetwork(region, '10.20.0.0/16');
    for (const third of [2, 3, 4, 5, 6, 7])
      await ec2.send(new sdk.CreateSubnetCommand({ VpcId: vpcId, CidrBlock: `10.20.${third}.0/24` }));
    const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
    const seen: string[] = [];
    for await (const { Subnets } of sdk.paginateDescribeSubnets({ client: ec2, pageSize: 5 }, { Filters }))
      seen.push(...Subnets!.map(({ CidrBlock }) => CidrBlock!));
    expect(seen).to.have.length(7);
    const refused = await failure(
      ec2.send(new sdk.DescribeSubnetsCommand({ Filters: [{ Name: 'colour', Values: ['x'] }] })),
    );
    expect(refused.message).to.equal("The filter 'colour' is invalid");
  });

  it('has three zones', async () => {
    const { AvailabilityZones } = await ec2.send(new sdk.DescribeAvailabilityZonesCommand({}));
    expect(
      AvailabilityZones!.map(({ ZoneName, ZoneId }) => `${ZoneName ?? ''} ${ZoneId ?? ''}`),
    ).to.deep.equal(['eu-central-1a euc1-az1', 'eu-central-1b euc1-az2', 'eu-central-1c euc1-az3']);
  });
});
