import * as sdk from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { failure } from '../../../support/failure.ts';
import { makeNetwork, startRegion, type TestRegion } from './region.ts';

const http: sdk.IpPermission = {
  IpProtocol: 'tcp',
  FromPort: 80,
  ToPort: 80,
  IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'web' }],
};

describe('EC2 security groups', () => {
  let region: TestRegion;
  let ec2: sdk.EC2Client;
  let vpcId: string;
  let number = 0;
  before(async () => {
    region = await startRegion();
    ec2 = region.ec2;
    ({ vpcId } = await makeNetwork(region));
  });
  after(() => region.stop());

  const makeGroup = async (): Promise<string> => {
    number += 1;
    const { GroupId } = await ec2.send(
      new sdk.CreateSecurityGroupCommand({ GroupName: `group-${number}`, Description: 'test', VpcId: vpcId }),
    );
    return GroupId!;
  };
  const authorize = (GroupId: string, ...IpPermissions: sdk.IpPermission[]) =>
    ec2.send(new sdk.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  const describe1 = async (id: string): Promise<sdk.SecurityGroup> => {
    const { SecurityGroups } = await ec2.send(new sdk.DescribeSecurityGroupsCommand({ GroupIds: [id] }));
    return SecurityGroups![0]!;
  };

  it('let everything out and nothing in when they are new', async () => {
    const group = await describe1(await makeGroup());
    expect(group.IpPermissions).to.deep.equal([]);
    expect(group.IpPermissionsEgress).to.have.length(1);
    expect(group.IpPermissionsEgress![0]).to.deep.include({
      IpProtocol: '-1',
      IpRanges: [{ CidrIp: '0.0.0.0/0' }],
    });
  });

  it('have names of their own within a VPC', async () => {
    const make = (GroupName: string) =>
      failure(ec2.send(new sdk.CreateSecurityGroupCommand({ GroupName, Description: 'test', VpcId: vpcId })));
    await ec2.send(
      new sdk.CreateSecurityGroupCommand({ GroupName: 'taken', Description: 'test', VpcId: vpcId }),
    );
    const again = await make('taken');
    expect(again.name).to.equal('InvalidGroup.Duplicate');
    expect(again.message).to.equal(`The security group 'taken' already exists for VPC '${vpcId}'`);
    expect((await make('sg-mine')).name).to.equal('InvalidParameterValue');
    expect((await make('default')).name).to.equal('InvalidGroup.Reserved');
  });

  it('take a rule once and give it back once', async () => {
    const id = await makeGroup();
    const { SecurityGroupRules } = await authorize(id, http);
    expect(SecurityGroupRules![0]).to.include({
      GroupId: id,
      FromPort: 80,
      CidrIpv4: '0.0.0.0/0',
      Description: 'web',
    });
    const again = await failure(authorize(id, http));
    expect(again.name).to.equal('InvalidPermission.Duplicate');
    expect(again.message).to.equal(
      'the specified rule "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW" already exists',
    );
    const revoke = () =>
      ec2.send(new sdk.RevokeSecurityGroupIngressCommand({ GroupId: id, IpPermissions: [http] }));
    await revoke();
    expect((await failure(revoke())).name).to.equal('InvalidPermission.NotFound');
  });

  it('list, change and describe rules by id', async () => {
    const [id, peer] = [await makeGroup(), await makeGroup()];
    const { SecurityGroupRules } = await authorize(id, {
      IpProtocol: '6',
      FromPort: 3306,
      ToPort: 3306,
      UserIdGroupPairs: [{ GroupId: peer }],
    });
    const SecurityGroupRuleId = SecurityGroupRules![0]!.SecurityGroupRuleId!;
    await ec2.send(
      new sdk.ModifySecurityGroupRulesCommand({
        GroupId: id,
        SecurityGroupRules: [
          {
            SecurityGroupRuleId,
            SecurityGroupRule: { IpProtocol: 'tcp', FromPort: 3307, ToPort: 3307, ReferencedGroupId: peer },
          },
        ],
      }),
    );
    await ec2.send(
      new sdk.UpdateSecurityGroupRuleDescriptionsIngressCommand({
        GroupId: id,
        SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId, Description: 'database' }],
      }),
    );
    const found = await ec2.send(
      new sdk.DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds: [SecurityGroupRuleId] }),
    );
    expect(found.SecurityGroupRules![0]).to.deep.include({
      IpProtocol: 'tcp',
      FromPort: 3307,
      IsEgress: false,
      Description: 'database',
      ReferencedGroupInfo: { GroupId: peer, UserId: '123456789012' },
    });
    const inUse = await failure(ec2.send(new sdk.DeleteSecurityGroupCommand({ GroupId: peer })));
    expect(inUse.message).to.equal(`resource ${peer} has a dependent object`);
    await ec2.send(new sdk.DeleteSecurityGroupCommand({ GroupId: id }));
    await ec2.send(new sdk.DeleteSecurityGroupCommand({ GroupId: peer }));
  });

  const refusals: [string, sdk.IpPermission][] = [
    ['InvalidParameterValue', { IpProtocol: 'tcp', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    ['InvalidParameterValue', { ...http, FromPort: 90 }],
    ['InvalidParameterValue', { ...http, IpRanges: [{ CidrIp: '10.0.0.1/16' }] }],
    ['InvalidGroup.NotFound', { ...http, IpRanges: [], UserIdGroupPairs: [{ GroupId: 'sg-0123' }] }],
    ['UnsupportedOperation', { IpProtocol: '50', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    ['UnsupportedOperation', { ...http, PrefixListIds: [{ PrefixListId: 'pl-1' }] }],
  ];
  for (const [code, permission] of refusals)
    it(`refuse ${JSON.stringify(permission)}`, async () => {
      expect((await failure(authorize(await makeGroup(), permission))).name).to.equal(code);
    });
});
