import { expect } from 'chai';
import type { EC2 } from '@aws-sdk/client-ec2';
import { lives, openAccount, replacing, type Account, type Resource } from './account.ts';

describe('resources of EC2', () => {
  let account: Account;
  let ec2: EC2;
  let vpc: Resource;
  let subnet: Resource;
  let gateway: Resource;
  before(async () => {
    account = await openAccount();
    ec2 = await account.clients.ec2();
    vpc = await account.make('aws:ec2/vpc:Vpc', { cidrBlock: '10.0.0.0/16' });
    subnet = await account.make('aws:ec2/subnet:Subnet', { vpcId: vpc.id, cidrBlock: '10.0.1.0/24' });
    gateway = await account.make('aws:ec2/internetGateway:InternetGateway', { vpcId: vpc.id });
  });
  after(() => account.stop());

  it('Vpc', async () => {
    const inputs = { cidrBlock: '10.9.0.0/16', enableDnsHostnames: true, tags: { a: '1' } };
    await lives(account, {
      type: 'aws:ec2/vpc:Vpc',
      inputs,
      changed: { ...inputs, enableDnsSupport: false, enableDnsHostnames: false, tags: { b: '2' } },
      drift: ({ id }) => ec2.modifyVpcAttribute({ VpcId: id, EnableDnsSupport: { Value: true } }),
      shows: ['enableDnsSupport'],
    });
    expect(vpc.state.enableNetworkAddressUsageMetrics).to.equal(false);
    expect(await replacing(vpc, { cidrBlock: '10.0.0.0/16' }, [{ cidrBlock: '10.1.0.0/16' }])).to.deep.equal([
      'cidrBlock',
    ]);
  });

  it('Subnet', async () => {
    const inputs = { vpcId: vpc.id, cidrBlock: '10.0.7.0/24', availabilityZone: `${account.region}a` };
    await lives(account, {
      type: 'aws:ec2/subnet:Subnet',
      inputs,
      changed: { ...inputs, mapPublicIpOnLaunch: true, tags: { a: '1' } },
      drift: ({ id }) => ec2.deleteTags({ Resources: [id], Tags: [{ Key: 'a' }] }),
      shows: ['tags'],
    });
  });

  it('InternetGateway', async () => {
    await lives(account, {
      type: 'aws:ec2/internetGateway:InternetGateway',
      inputs: {},
      changed: { tags: { a: '1' } },
      drift: ({ id }) => ec2.createTags({ Resources: [id], Tags: [{ Key: 'b', Value: '2' }] }),
      shows: ['tags'],
    });
  });

  it('RouteTable with routes of its own', async () => {
    const inputs = { vpcId: vpc.id, routes: [{ cidrBlock: '0.0.0.0/0', gatewayId: gateway.id }] };
    await lives(account, {
      type: 'aws:ec2/routeTable:RouteTable',
      inputs,
      changed: { ...inputs, tags: { a: '1' } },
      drift: ({ id }) => ec2.deleteRoute({ RouteTableId: id, DestinationCidrBlock: '0.0.0.0/0' }),
      shows: ['routes'],
    });
  });

  it('Route and RouteTableAssociation', async () => {
    const table = await account.make('aws:ec2/routeTable:RouteTable', { vpcId: vpc.id });
    const other = await account.make('aws:ec2/routeTable:RouteTable', { vpcId: vpc.id });
    const which = { RouteTableId: table.id, DestinationCidrBlock: '0.0.0.0/0' };
    const route = { routeTableId: table.id, destinationCidrBlock: '0.0.0.0/0', gatewayId: gateway.id };
    await lives(account, {
      type: 'aws:ec2/route:Route',
      inputs: route,
      drift: () => ec2.deleteRoute(which),
      shows: 'gone',
    });
    await lives(account, {
      type: 'aws:ec2/routeTableAssociation:RouteTableAssociation',
      inputs: { routeTableId: table.id, subnetId: subnet.id },
      drift: ({ id }) => ec2.replaceRouteTableAssociation({ AssociationId: id, RouteTableId: other.id }),
      shows: ['routeTableId'],
    });
    await Promise.all([table.remove(), other.remove()]);
  });

  it('Eip and NatGateway', async () => {
    await lives(account, {
      type: 'aws:ec2/eip:Eip',
      inputs: { domain: 'vpc' },
      changed: { domain: 'vpc', tags: { a: '1' } },
      drift: ({ id }) => ec2.createTags({ Resources: [id], Tags: [{ Key: 'a', Value: '2' }] }),
      shows: ['tags'],
    });
    const eip = await account.make('aws:ec2/eip:Eip', { domain: 'vpc' });
    const inputs = { subnetId: subnet.id, allocationId: eip.id };
    await lives(account, {
      type: 'aws:ec2/natGateway:NatGateway',
      inputs,
      changed: { ...inputs, tags: { a: '1' } },
      drift: ({ id }) => ec2.deleteTags({ Resources: [id], Tags: [{ Key: 'a' }] }),
      shows: ['tags'],
    });
    await eip.remove();
  });

  it('SecurityGroup with rules of its own', async () => {
    const rule = { protocol: 'tcp', fromPort: 80, toPort: 80, cidrBlocks: ['10.0.0.0/8', '0.0.0.0/0'] };
    const inputs = {
      vpcId: vpc.id,
      ingress: [rule, { ...rule, fromPort: 81, toPort: 81, self: true }],
      egress: [],
    };
    const permission = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
    await lives(account, {
      type: 'aws:ec2/securityGroup:SecurityGroup',
      inputs,
      changed: {
        ...inputs,
        ingress: [rule],
        egress: [{ protocol: '-1', fromPort: 0, toPort: 0, self: true }],
      },
      drift: ({ id }) => ec2.authorizeSecurityGroupIngress({ GroupId: id, IpPermissions: [permission] }),
      shows: ['ingress'],
    });
  });

  it('SecurityGroup lets nothing out that the program does not name', async () => {
    const group = await account.make('aws:ec2/securityGroup:SecurityGroup', { vpcId: vpc.id });
    const { SecurityGroups } = await ec2.describeSecurityGroups({ GroupIds: [group.id] });
    expect(SecurityGroups?.[0]?.IpPermissionsEgress).to.deep.equal([]);
    expect(group.state.description).to.equal('Managed by Pulumi');
    await group.remove();
  });

  it('SecurityGroupIngressRule and SecurityGroupEgressRule', async () => {
    const group = await account.make('aws:ec2/securityGroup:SecurityGroup', { vpcId: vpc.id });
    const inputs = {
      securityGroupId: group.id,
      ipProtocol: 'tcp',
      fromPort: 80,
      toPort: 80,
      cidrIpv4: '0.0.0.0/0',
    };
    const rule = { IpProtocol: 'tcp', FromPort: 90, ToPort: 90, CidrIpv4: '10.0.0.0/8' };
    await lives(account, {
      type: 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule',
      inputs,
      changed: { ...inputs, toPort: 81, cidrIpv4: '10.0.0.0/8', description: 'x', tags: { a: '1' } },
      drift: ({ id }) =>
        ec2.modifySecurityGroupRules({
          GroupId: group.id,
          SecurityGroupRules: [{ SecurityGroupRuleId: id, SecurityGroupRule: rule }],
        }),
      shows: ['fromPort', 'toPort', 'description'],
    });
    const made = await account.make('aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', inputs);
    const source = { cidrIpv4: undefined, referencedSecurityGroupId: group.id };
    expect(await replacing(made, inputs, [source])).to.have.members([
      'cidrIpv4',
      'referencedSecurityGroupId',
    ]);
    await made.remove();
    await lives(account, {
      type: 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule',
      inputs: { securityGroupId: group.id, ipProtocol: '-1', cidrIpv4: '0.0.0.0/0' },
      drift: ({ id }) => ec2.revokeSecurityGroupEgress({ GroupId: group.id, SecurityGroupRuleIds: [id] }),
      shows: 'gone',
    });
    await group.remove();
  });

  it('LaunchTemplate', async () => {
    const image = (await ec2.describeImages({})).Images?.[0]?.ImageId;
    const inputs = {
      imageId: image,
      instanceType: 't3.micro',
      userData: 'ZWNobw==',
      metadataOptions: { httpTokens: 'required', httpEndpoint: 'enabled' },
      tagSpecifications: [{ resourceType: 'instance', tags: { Name: 'web' } }],
    };
    const LaunchTemplateData = { InstanceType: 't3.large' } as const;
    await lives(account, {
      type: 'aws:ec2/launchTemplate:LaunchTemplate',
      inputs,
      changed: { ...inputs, instanceType: 't3.small', description: 'two', tags: { a: '1' } },
      drift: ({ id }) =>
        ec2.createLaunchTemplateVersion({
          LaunchTemplateId: id,
          SourceVersion: '$Latest',
          LaunchTemplateData,
        }),
      shows: ['instanceType', 'description'],
    });
  });

  it('LaunchTemplate’s next version is unknown until it is made', async () => {
    const template = await account.make('aws:ec2/launchTemplate:LaunchTemplate', {
      instanceType: 't3.micro',
    });
    const { type, id, inputs: oldInputs, state: olds } = template;
    const request = { type, id, oldInputs, olds, ignoreChanges: [], preview: true, timeout: 0 };
    const changed = await account.provider.update({
      ...request,
      news: { ...oldInputs, instanceType: 't3.small' },
    });
    expect(changed.properties).not.to.have.property('latestVersion');
    const tagged = await account.provider.update({ ...request, news: { ...oldInputs, tags: { a: '1' } } });
    expect(tagged.properties).to.deep.include({ latestVersion: 1, tagsAll: { a: '1' } });
    await template.remove();
  });
});
