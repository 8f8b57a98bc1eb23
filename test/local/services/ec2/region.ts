import { EC2Client, DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import * as sdk from '@aws-sdk/client-ec2';
import { AwsError, type Service } from '../../../../local/endpoint/service.ts';
import { createEc2 } from '../../../../local/services/ec2/service.ts';
import type { AutoScaling, Iam, Parts } from '../../../../local/services/parts.ts';
import { startEndpoint, type Makers, type TestCloud } from '../../../support/endpoint.ts';
import { NamedMachines, RecordingNetwork } from './planes.ts';

export interface TestRegion {
  readonly cloud: TestCloud;
  readonly ec2: EC2Client;
  readonly network: RecordingNetwork;
  readonly machines: NamedMachines;
  stop(): Promise<void>;
}

/** EC2 behind a real endpoint, on planes that only remember; IAM knows the instance profile `web`. */
export async function startRegion(
  makers: Makers = {},
  overrides: Partial<Parts> = {},
  machines = new NamedMachines(),
): Promise<TestRegion> {
  const network = new RecordingNetwork();
  const cloud = await startEndpoint(
    { iam: profilesOnly, autoscaling: noGroups, ...makers, ec2: createEc2 },
    { network, instances: machines, ...overrides },
  );
  const ec2 = new EC2Client(cloud.client);
  return {
    cloud,
    ec2,
    network,
    machines,
    async stop() {
      ec2.destroy();
      await cloud.stop();
    },
  };
}

export const profileArn = 'arn:aws:iam::123456789012:instance-profile/web';

function profilesOnly(): Service {
  const iam: Partial<Iam> = {
    name: 'iam',
    operations: {
      GetInstanceProfile({ InstanceProfileName: name }: { InstanceProfileName: string }) {
        if (name !== 'web')
          throw new AwsError('NoSuchEntity', `Instance Profile ${name} cannot be found.`, 404);
        return {
          InstanceProfile: {
            Arn: profileArn,
            InstanceProfileId: 'AIPATEST',
            Roles: [{ RoleName: 'web-role' }],
          },
        };
      },
    },
    roleOfProfile: (arn) => (arn === profileArn ? 'web-role' : undefined),
    trusts: () => true,
    roleCredentials: (roleName) => ({
      roleName,
      accessKeyId: 'ASIATEST',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      expiration: new Date(Date.UTC(2026, 0, 1, 6)),
    }),
  };
  return iam as Service;
}

function noGroups(): Service {
  const groups: AutoScaling = {
    name: 'autoscaling',
    operations: {},
    targetLifecycleState: () => undefined,
    onAlarm: async () => undefined,
  };
  return groups;
}

/** A VPC with an internet gateway and one public subnet. */
export async function makeNetwork({ ec2 }: TestRegion, cidr = '10.0.0.0/16') {
  const { Vpc } = await ec2.send(new sdk.CreateVpcCommand({ CidrBlock: cidr }));
  const vpcId = Vpc!.VpcId!;
  const prefix = cidr.split('.').slice(0, 2).join('.');
  const { Subnet } = await ec2.send(
    new sdk.CreateSubnetCommand({
      VpcId: vpcId,
      CidrBlock: `${prefix}.1.0/24`,
      AvailabilityZone: 'eu-central-1a',
    }),
  );
  const subnetId = Subnet!.SubnetId!;
  const { InternetGateway } = await ec2.send(new sdk.CreateInternetGatewayCommand({}));
  const gatewayId = InternetGateway!.InternetGatewayId!;
  await ec2.send(new sdk.AttachInternetGatewayCommand({ VpcId: vpcId, InternetGatewayId: gatewayId }));
  const { RouteTables } = await ec2.send(
    new sdk.DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
  );
  const routeTableId = RouteTables![0]!.RouteTableId!;
  await ec2.send(
    new sdk.CreateRouteCommand({
      RouteTableId: routeTableId,
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: gatewayId,
    }),
  );
  return { vpcId, subnetId, gatewayId, routeTableId };
}

/** The id of the one image. */
export async function imageId({ ec2 }: TestRegion): Promise<string> {
  const { Images } = await ec2.send(new sdk.DescribeImagesCommand({ Owners: ['amazon'] }));
  return Images![0]!.ImageId!;
}

/** An instance type of the machine's own architecture. */
export const instanceType: sdk._InstanceType = process.arch === 'arm64' ? 't4g.small' : 't3.small';

/** Launches one instance; its id. */
export async function launch1(
  region: TestRegion,
  SubnetId: string,
  input: Partial<sdk.RunInstancesCommandInput> = {},
): Promise<string> {
  const { Instances } = await region.ec2.send(
    new sdk.RunInstancesCommand({
      ImageId: await imageId(region),
      InstanceType: instanceType,
      SubnetId,
      MinCount: 1,
      MaxCount: 1,
      ...input,
    }),
  );
  return Instances![0]!.InstanceId!;
}

export async function describe1(region: TestRegion, id: string): Promise<sdk.Instance> {
  const { Reservations } = await region.ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations![0]!.Instances![0]!;
}

/** Looks again, turn after turn, until something is so. */
export async function until<T>(look: () => T | Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const deadline = Date.now() + 3000;
  for (;;) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`Never came true; last seen: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

export const inState = (region: TestRegion, id: string, state: string): Promise<sdk.Instance> =>
  until(
    () => describe1(region, id),
    (instance) => instance.State?.Name === state,
  );
