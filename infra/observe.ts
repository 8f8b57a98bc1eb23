/** Reads from AWS what the program must know before it registers a resource. */
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeImagesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  type Image as ImageOfEc2,
} from '@aws-sdk/client-ec2';
import { Route53Client } from '@aws-sdk/client-route-53';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { RunError } from '@pulumi/pulumi';
import type { z } from 'zod';
import { keys, parameters } from '../model/names.ts';
import type { EnvironmentName } from '../model/names.ts';
import {
  applicationDescriptor,
  architecture,
  currentPointer,
  deploymentLock,
  environmentDescriptor,
} from '../model/schemas.ts';
import type { Architecture, EnvironmentDescriptor } from '../model/schemas.ts';
import { architectureOf } from './config.ts';
import type { EnvironmentConfiguration, EnvironmentStack } from './config.ts';
import { rootDevice } from './environment/launch-template.ts';
import { applicationStackMissing } from './observed.ts';
import type { Account, Image, Observed, ObservedEnvironment } from './observed.ts';

/** Clients configured by the SDK's own environment variables. */
export interface Clients {
  readonly autoScaling: Pick<AutoScalingClient, 'send'>;
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly route53: Pick<Route53Client, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly ssm: Pick<SSMClient, 'send'>;
  readonly sts: Pick<STSClient, 'send'>;
}

export const clientsIn = (region: string): Clients => ({
  autoScaling: new AutoScalingClient({ region }),
  ec2: new EC2Client({ region }),
  route53: new Route53Client({ region }),
  // The bucket in the path and not in the host name: an endpoint need not have names of its own for every bucket.
  s3: new S3Client({ region, forcePathStyle: true }),
  ssm: new SSMClient({ region }),
  sts: new STSClient({ region }),
});

export async function observeAccount({ sts }: Clients, region: string): Promise<Account> {
  const { Account: id, Arn: arn } = await explained(
    'who the caller is (sts:GetCallerIdentity)',
    sts.send(new GetCallerIdentityCommand({})),
  );
  if (!id || !arn)
    throw new RunError(
      'AWS did not say whose account this is. Nothing was changed.\nNext: check the credentials.',
    );
  return { id, partition: arn.split(':')[1] ?? 'aws', region };
}

export async function observe(
  clients: Clients,
  account: Account,
  { application, stack, environments }: EnvironmentStack,
): Promise<Observed> {
  const shared = await readParameter(clients, parameters.application(application), applicationDescriptor);
  if (!shared) throw applicationStackMissing(application, account.region);
  const observed = await Promise.all(
    Object.entries(environments).map(async ([environment, configuration]) => {
      const name = { application, stack, environment };
      return [environment, await observeEnvironment(clients, name, shared.bucket, configuration)] as const;
    }),
  );
  return { account, application: shared, environments: Object.fromEntries(observed) };
}

async function observeEnvironment(
  clients: Clients,
  name: EnvironmentName,
  bucket: string,
  configuration: EnvironmentConfiguration,
): Promise<ObservedEnvironment> {
  const [descriptor, pointer, lock] = await Promise.all([
    readParameter(clients, parameters.environmentDescriptor(name), environmentDescriptor),
    readObject(clients, bucket, keys.current(name), currentPointer),
    readObject(clients, bucket, keys.lock(name), deploymentLock),
  ]);
  const activeSlot = pointer?.active ?? 'blue';
  const [image, runningTemplateVersion] = await Promise.all([
    chooseImage(clients, configuration, descriptor),
    descriptor && readRunningVersion(clients, descriptor.slots[activeSlot].autoScalingGroup),
  ]);
  return { activeSlot, image, runningTemplateVersion, lock };
}

/** The image of the stack file, else the one in use, else the newest Amazon Linux: an image never changes by itself. */
async function chooseImage(
  clients: Clients,
  { imageId, instanceTypes: [instanceType = ''], rootVolumeSizeGb }: EnvironmentConfiguration,
  descriptor: EnvironmentDescriptor | undefined,
): Promise<Image> {
  const wanted = architectureOf(instanceType);
  if (imageId !== undefined)
    return ensureArchitecture(
      await readImage(clients, imageId, rootVolumeSizeGb),
      imageId,
      wanted,
      instanceType,
    );
  const inUse = descriptor && (await readTemplateImage(clients, descriptor.slots.blue.launchTemplateId));
  const image = inUse !== undefined ? await readImage(clients, inUse, rootVolumeSizeGb) : undefined;
  return image?.architecture === wanted ? image : newestAmazonLinux(clients, wanted, rootVolumeSizeGb);
}

function ensureArchitecture(
  image: Image | undefined,
  imageId: string,
  wanted: Architecture,
  instanceType: string,
): Image {
  if (image?.architecture === wanted) return image;
  const why = image
    ? `is for ${image.architecture}, but ${instanceType} is ${wanted}`
    : 'does not exist in this region or is not shared with this account';
  throw new RunError(
    `The image ${imageId} ${why}. Nothing was changed.\nNext: correct imageId in the stack file, or leave it out for Amazon Linux 2023.`,
  );
}

export const amazonLinuxParameter = (wanted: Architecture): string =>
  `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${wanted}`;

async function newestAmazonLinux(
  clients: Clients,
  wanted: Architecture,
  rootVolumeSizeGb: number,
): Promise<Image> {
  const parameter = amazonLinuxParameter(wanted);
  const { Parameter } = await explained(
    `the parameter ${parameter}`,
    clients.ssm.send(new GetParameterCommand({ Name: parameter })),
  );
  const image = await readImage(clients, Parameter?.Value ?? '', rootVolumeSizeGb);
  if (!image)
    throw new RunError(
      `The image that ${parameter} names does not exist. Nothing was changed.\nNext: name one with imageId in the stack file.`,
    );
  return image;
}

async function readImage({ ec2 }: Clients, id: string, rootVolumeSizeGb: number): Promise<Image | undefined> {
  const described = unlessMissing(ec2.send(new DescribeImagesCommand({ ImageIds: [id] })), /^InvalidAMIID/);
  const [image] = (await explained(`the image ${id}`, described))?.Images ?? [];
  const parsed = architecture.safeParse(image?.Architecture);
  if (!parsed.success) return undefined;
  ensureRootVolumeFits(image ?? {}, id, rootVolumeSizeGb);
  return { id, architecture: parsed.data };
}

/** EC2 would only refuse the launch, when Pulumi has long said that all is well. */
function ensureRootVolumeFits(
  { RootDeviceName: device = rootDevice, BlockDeviceMappings: disks = [] }: ImageOfEc2,
  id: string,
  rootVolumeSizeGb: number,
): void {
  if (device !== rootDevice)
    throw new RunError(
      `The image ${id} has its root volume at ${device}, not at ${rootDevice} as Amazon Linux has. Nothing was changed.\nNext: an image made with \`beanpole image create\`, or none in the stack file.`,
    );
  const size = disks.find(({ DeviceName }) => DeviceName === device)?.Ebs?.VolumeSize ?? 0;
  if (size > rootVolumeSizeGb)
    throw new RunError(
      `The root volume of the image ${id} has ${size} GB, more than rootVolumeSizeGb (${rootVolumeSizeGb}). Nothing was changed.\nNext: set rootVolumeSizeGb to ${size} or more in the stack file.`,
    );
}

async function readTemplateImage({ ec2 }: Clients, template: string): Promise<string | undefined> {
  const command = new DescribeLaunchTemplateVersionsCommand({
    LaunchTemplateId: template,
    Versions: ['$Latest'],
  });
  const answer = await explained(
    `the launch template ${template}`,
    unlessMissing(ec2.send(command), /^InvalidLaunchTemplateId/),
  );
  return answer?.LaunchTemplateVersions?.[0]?.LaunchTemplateData?.ImageId;
}

async function readRunningVersion({ autoScaling }: Clients, group: string): Promise<string | undefined> {
  const command = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] });
  const { AutoScalingGroups } = await explained(`the Auto Scaling group ${group}`, autoScaling.send(command));
  const { LaunchTemplate, MixedInstancesPolicy } = AutoScalingGroups?.[0] ?? {};
  const template = LaunchTemplate ?? MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  return template?.Version;
}

async function readParameter<T extends z.ZodType>(
  { ssm }: Clients,
  name: string,
  schema: T,
): Promise<z.output<T> | undefined> {
  const answer = await explained(
    `the parameter ${name}`,
    unlessMissing(ssm.send(new GetParameterCommand({ Name: name })), /^ParameterNotFound/),
  );
  return answer?.Parameter?.Value === undefined
    ? undefined
    : parsed(schema, answer.Parameter.Value, `the parameter ${name}`);
}

async function readObject<T extends z.ZodType>(
  { s3 }: Clients,
  bucket: string,
  key: string,
  schema: T,
): Promise<z.output<T> | undefined> {
  const what = `s3://${bucket}/${key}`;
  const answer = await explained(
    what,
    unlessMissing(s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })), /^NoSuchKey$/),
  );
  const text = await answer?.Body?.transformToString();
  return text === undefined ? undefined : parsed(schema, text, what);
}

function parsed<T extends z.ZodType>(schema: T, text: string, what: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new RunError(
      `Could not use ${what}: it was not written by this version of Beanpole (${(cause as Error).message}). Nothing was changed.\nNext: run \`pulumi up\` with the version of Beanpole that the team uses.`,
    );
  }
}

/** Undefined when AWS says by one of these codes that there is no such thing. */
async function unlessMissing<T>(answer: Promise<T>, codes: RegExp): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (codes.test((error as Error).name)) return undefined;
    throw error;
  }
}

/** Says what could not be read; an SDK error alone does not. */
async function explained<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const { name, message } = error as Error;
    throw new RunError(
      `Could not read ${what} from AWS: ${name}: ${message}\nNothing was changed.\nNext: check credentials and region (\`aws sts get-caller-identity\`), then try again.`,
    );
  }
}
