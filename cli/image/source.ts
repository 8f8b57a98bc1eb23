/** The running instance that an image follows: what is proven to work is what is baked. */
import { DescribeInstancesCommand, DescribeLaunchTemplateVersionsCommand } from '@aws-sdk/client-ec2';
import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { describe } from '../status/describe.ts';
import { observe } from '../status/observe.ts';
import { canPrepare } from './script.ts';

export interface Source {
  readonly instanceId: string;
  readonly subnetId: string;
  readonly launchTemplateId: string;
  readonly launchTemplateVersion: string;
  /** Decoded, of that version of the launch template. */
  readonly userData: string;
  /** Digest of the agent that the instance runs. */
  readonly agent: string | undefined;
}

export async function findSource(
  { clients, clock }: Context,
  environment: EnvironmentDescriptor,
): Promise<Source> {
  const target = displayName(environment);
  const observation = await observe(clients, environment);
  const healthy = describe(observation, clock.now())
    .instances.filter(({ status }) => ['Ok', 'Info'].includes(status))
    .map(({ id }) => id);
  const found = observation.instances.find(({ id, state }) => state === 'InService' && healthy.includes(id));
  if (found?.launchTemplateVersion === undefined)
    throw new UserError(`${target} has no healthy instance that an image could be made from.`, {
      now: ['Nothing was changed.'],
      next: `beanpole status ${target}`,
    });
  const { launchTemplateVersion, report } = found;
  const { launchTemplateId } = environment.slots[observation.current?.active ?? 'blue'];
  const [subnetId, userData] = await Promise.all([
    subnetOf(clients, found.id),
    userDataOf(clients, launchTemplateId, launchTemplateVersion),
  ]);
  if (!canPrepare(userData)) throw launchedByEarlierRelease(environment);
  const instanceId = found.id;
  return { instanceId, subnetId, launchTemplateId, launchTemplateVersion, userData, agent: report?.agent };
}

async function subnetOf({ ec2 }: Context['clients'], id: string): Promise<string> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations[0]?.Instances?.[0]?.SubnetId ?? '';
}

async function userDataOf(
  { ec2 }: Context['clients'],
  LaunchTemplateId: string,
  version: string,
): Promise<string> {
  const { LaunchTemplateVersions = [] } = await ec2.send(
    new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [version] }),
  );
  const encoded = LaunchTemplateVersions[0]?.LaunchTemplateData?.UserData ?? '';
  return Buffer.from(encoded, 'base64').toString();
}

function launchedByEarlierRelease(environment: EnvironmentDescriptor): UserError {
  const target = displayName(environment);
  return new UserError(
    `The instances of ${target} were launched by an earlier release of Beanpole, whose user data cannot prepare an image.`,
    {
      now: ['Nothing was changed.'],
      next: `pulumi up -s ${environment.stack}, then beanpole platform update ${target}, then the same command again`,
    },
  );
}
