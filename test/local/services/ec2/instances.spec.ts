import * as sdk from '@aws-sdk/client-ec2';
import { expect } from 'chai';
import { failure } from '../../../support/failure.ts';
import {
  describe1,
  imageId,
  inState,
  instanceType,
  makeNetwork,
  profileArn,
  startRegion,
  until,
  type TestRegion,
} from './region.ts';

describe('EC2 instances', () => {
  let region: TestRegion;
  let ec2: sdk.EC2Client;
  let subnetId: string;
  let ImageId: string;
  beforeEach(async () => {
    region = await startRegion();
    ec2 = region.ec2;
    ({ subnetId } = await makeNetwork(region));
    ImageId = await imageId(region);
  });
  afterEach(() => region.stop());

  const launch = async (input: Partial<sdk.RunInstancesCommandInput> = {}): Promise<string> => {
    const { Instances } = await ec2.send(
      new sdk.RunInstancesCommand({
        ImageId,
        InstanceType: instanceType,
        SubnetId: subnetId,
        MinCount: 1,
        MaxCount: 1,
        ...input,
      }),
    );
    return Instances![0]!.InstanceId!;
  };

  it('are pending until their machine has booted, then running', async () => {
    const release = region.machines.holdBoots();
    const id = await launch({ UserData: Buffer.from('#!/bin/sh\necho hi').toString('base64') });
    expect(await describe1(region, id)).to.deep.include({
      State: { Code: 0, Name: 'pending' },
      PrivateIpAddress: '10.0.1.4',
      PrivateDnsName: 'ip-10-0-1-4.eu-central-1.compute.internal',
    });
    release();
    await inState(region, id, 'running');
    expect(region.machines.booted[0]).to.deep.equal({
      instanceId: id,
      imageId: ImageId,
      hostname: 'ip-10-0-1-4',
      privateAddress: '10.0.1.4',
      userData: '#!/bin/sh\necho hi',
    });
    expect(region.network.plan.vpcs[0]!.hosts[0]!.id).to.equal(id);
    const { InstanceStatuses } = await ec2.send(new sdk.DescribeInstanceStatusCommand({ InstanceIds: [id] }));
    expect(InstanceStatuses![0]!.InstanceStatus!.Status).to.equal('ok');
  });

  it('are launched by a template with what the request says instead', async () => {
    await ec2.send(
      new sdk.CreateLaunchTemplateCommand({
        LaunchTemplateName: 'web',
        LaunchTemplateData: {
          ImageId,
          InstanceType: instanceType,
          IamInstanceProfile: { Name: 'web' },
          MetadataOptions: { HttpTokens: 'required', InstanceMetadataTags: 'enabled' },
          NetworkInterfaces: [{ DeviceIndex: 0, AssociatePublicIpAddress: true }],
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, Encrypted: true } }],
          TagSpecifications: [
            { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] },
            { ResourceType: 'volume', Tags: [{ Key: 'Name', Value: 'disk' }] },
          ],
        },
      }),
    );
    const { Instances } = await ec2.send(
      new sdk.RunInstancesCommand({
        LaunchTemplate: { LaunchTemplateName: 'web' },
        SubnetId: subnetId,
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'mine' }] }],
      }),
    );
    const id = Instances![0]!.InstanceId!;
    const instance = await describe1(region, id);
    expect(instance.IamInstanceProfile!.Arn).to.equal(profileArn);
    expect(instance.PublicIpAddress).to.match(/^203\.0\.113\./);
    expect(Object.fromEntries(instance.Tags!.map(({ Key, Value }) => [Key!, Value]))).to.include({
      Name: 'mine',
      'aws:ec2launchtemplate:version': '1',
    });
    const { Volumes } = await ec2.send(
      new sdk.DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [id] }] }),
    );
    expect(Volumes![0]).to.deep.include({
      Size: 20,
      Encrypted: true,
      Tags: [{ Key: 'Name', Value: 'disk' }],
    });
    expect(region.cloud.parts.services.ec2.metadataOptions!(id)).to.deep.equal({
      httpEndpoint: 'enabled',
      httpTokens: 'required',
    });
  });

  it('keep tokens of their metadata within the hop limit, from one moment to the next', async () => {
    const hops = () =>
      region.network.plan.vpcs.flatMap(({ hosts }) => hosts).find((host) => host.id === id)?.interfaces[0]
        ?.metadataHops;
    const id = await launch({ MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 } });
    await until(hops, (seen) => seen === 1);
    await ec2.send(
      new sdk.ModifyInstanceMetadataOptionsCommand({ InstanceId: id, HttpPutResponseHopLimit: 3 }),
    );
    await until(hops, (seen) => seen === 3);
    await ec2.send(new sdk.ModifyInstanceMetadataOptionsCommand({ InstanceId: id, HttpTokens: 'optional' }));
    await until(hops, (seen) => seen === undefined);
  });

  it('are made once for one client token', async () => {
    const id = await launch({ ClientToken: 'token' });
    expect(await launch({ ClientToken: 'token' })).to.equal(id);
  });

  it('know themselves by their metadata', async () => {
    const id = await launch({
      IamInstanceProfile: { Name: 'web' },
      MetadataOptions: { InstanceMetadataTags: 'enabled' },
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'team:a', Value: 'x' }] }],
    });
    const { ec2: service } = region.cloud.parts.services;
    const metadata = service.metadata(id)!;
    expect(metadata).to.include({
      'meta-data/instance-id': id,
      'meta-data/local-ipv4': '10.0.1.4',
      'meta-data/placement/availability-zone': 'eu-central-1a',
      'meta-data/placement/region': 'eu-central-1',
      'meta-data/tags/instance/team:a': 'x',
      'meta-data/security-groups': 'default',
    });
    expect(JSON.parse(metadata['dynamic/instance-identity/document']!)).to.include({ instanceId: id });
    expect((await service.credentials(id))?.roleName).to.equal('web-role');
    expect(service.resolve('ip-10-0-1-4.eu-central-1.compute.internal')).to.deep.equal(['10.0.1.4']);
    expect(service.resolve('ip-10-0-1-9.eu-central-1.compute.internal')).to.equal(undefined);
  });

  it('stop, start again at the same address, reboot and end', async () => {
    const id = await launch();
    const { ec2: service } = region.cloud.parts.services;
    const seen: string[] = [];
    service.onInstanceState((_, state) => seen.push(state));
    await inState(region, id, 'running');
    await ec2.send(new sdk.StopInstancesCommand({ InstanceIds: [id] }));
    await inState(region, id, 'stopped');
    expect(region.machines.running.size).to.equal(0);
    expect(region.machines.disks.has(id)).to.equal(true);
    await ec2.send(new sdk.StartInstancesCommand({ InstanceIds: [id] }));
    expect((await inState(region, id, 'running')).PrivateIpAddress).to.equal('10.0.1.4');
    await ec2.send(new sdk.RebootInstancesCommand({ InstanceIds: [id] }));
    await until(
      () => region.machines.booted.length,
      (boots) => boots === 3,
    );
    await ec2.send(new sdk.TerminateInstancesCommand({ InstanceIds: [id] }));
    const ended = await inState(region, id, 'terminated');
    expect(ended.PrivateIpAddress).to.equal(undefined);
    expect(region.machines.disks.size).to.equal(0);
    expect(seen.slice(-7)).to.deep.equal(
      [...['stopping', 'stopped', 'pending', 'running', 'shutting-down', 'terminated']].slice(-7),
    );
    region.cloud.clock.advance(3_600_000);
    expect((await failure(describe1(region, id))).name).to.equal('InvalidInstanceID.NotFound');
  });

  it('end when terminated while they boot', async () => {
    const release = region.machines.holdBoots();
    const id = await launch();
    await ec2.send(new sdk.TerminateInstancesCommand({ InstanceIds: [id] }));
    await inState(region, id, 'shutting-down');
    release();
    await inState(region, id, 'terminated');
    expect(region.machines.running.size).to.equal(0);
  });

  it('are terminated with the reason when their machine does not boot', async () => {
    region.machines.failures.push(new Error('no space left on the disk'));
    const id = await launch();
    const ended = await inState(region, id, 'terminated');
    expect(ended.StateReason).to.deep.equal({
      Code: 'Server.InternalError',
      Message: 'Server.InternalError: Internal error on launch: no space left on the disk',
    });
  });

  for (const [behavior, state] of [
    ['stop', 'stopped'],
    ['terminate', 'terminated'],
  ] as const)
    it(`are ${state} when the machine ends by itself and the behaviour is ${behavior}`, async () => {
      const id = await launch({ InstanceInitiatedShutdownBehavior: behavior });
      await inState(region, id, 'running');
      region.machines.die(id);
      const ended = await inState(region, id, state);
      expect(ended.StateReason!.Code).to.equal('Client.InstanceInitiatedShutdown');
      const { InstanceStatuses } = await ec2.send(
        new sdk.DescribeInstanceStatusCommand({ InstanceIds: [id], IncludeAllInstances: true }),
      );
      expect(InstanceStatuses![0]!.InstanceStatus!.Status).to.equal('impaired');
    });

  it('exchange their public address for an Elastic IP and back', async () => {
    await ec2.send(
      new sdk.ModifySubnetAttributeCommand({ SubnetId: subnetId, MapPublicIpOnLaunch: { Value: true } }),
    );
    const id = await launch();
    const first = (await inState(region, id, 'running')).PublicIpAddress;
    const { AllocationId, PublicIp } = await ec2.send(new sdk.AllocateAddressCommand({}));
    const { AssociationId } = await ec2.send(
      new sdk.AssociateAddressCommand({ AllocationId: AllocationId!, InstanceId: id }),
    );
    expect((await describe1(region, id)).PublicIpAddress)
      .to.equal(PublicIp)
      .and.not.equal(first);
    const { Addresses } = await ec2.send(
      new sdk.DescribeAddressesCommand({ Filters: [{ Name: 'instance-id', Values: [id] }] }),
    );
    expect(Addresses![0]).to.include({ AssociationId, PrivateIpAddress: '10.0.1.4' });
    await ec2.send(new sdk.DisassociateAddressCommand({ AssociationId: AssociationId! }));
    expect((await describe1(region, id)).PublicIpAddress)
      .to.match(/^203/)
      .and.not.equal(PublicIp);
  });

  it('show their console and what keeps them from being terminated', async () => {
    const id = await launch({ DisableApiTermination: true });
    await inState(region, id, 'running');
    const { Output } = await ec2.send(new sdk.GetConsoleOutputCommand({ InstanceId: id }));
    expect(Buffer.from(Output!, 'base64').toString()).to.equal(`console of ${id}\n`);
    const kept = await failure(ec2.send(new sdk.TerminateInstancesCommand({ InstanceIds: [id] })));
    expect(kept.name).to.equal('OperationNotPermitted');
    await ec2.send(
      new sdk.ModifyInstanceAttributeCommand({ InstanceId: id, DisableApiTermination: { Value: false } }),
    );
    await ec2.send(new sdk.TerminateInstancesCommand({ InstanceIds: [id] }));
  });

  const wrong: [string, Partial<sdk.RunInstancesCommandInput>][] = [
    ['InvalidAMIID.NotFound', { ImageId: 'ami-1' }],
    ['InvalidSubnetID.NotFound', { SubnetId: 'subnet-1' }],
    ['InvalidGroup.NotFound', { SecurityGroupIds: ['sg-1'] }],
    ['InvalidKeyPair.NotFound', { KeyName: 'mine' }],
    ['InvalidParameterValue', { IamInstanceProfile: { Name: 'nobody' } }],
    ['InvalidParameterValue', { InstanceType: process.arch === 'arm64' ? 't3.small' : 't4g.small' }],
    ['UnsupportedOperation', { InstanceMarketOptions: { MarketType: 'capacity-block' } }],
  ];
  it('are not launched with what is not there or does not fit', async () => {
    for (const [code, input] of wrong)
      expect((await failure(launch(input))).name, JSON.stringify(input)).to.equal(code);
    expect(region.machines.booted).to.deep.equal([]);
  });
});
