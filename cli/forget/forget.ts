import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { DeleteParameterCommand } from '@aws-sdk/client-ssm';
import { keys } from '../../model/names.ts';
import { deploymentLock } from '../../model/schemas.ts';
import type { Clients } from '../aws/clients.ts';
import { createDocuments } from '../aws/documents.ts';
import type { Clock } from '../clock.ts';
import { DeploymentLockHeldError, isHeld } from '../deploy/lock.ts';
import type { Target } from '../environments.ts';
import { UserError } from '../errors.ts';
import { descriptorsIn, type Place, type Remains } from './remains.ts';

/** Throws while Pulumi has not destroyed it: what is forgotten could not be found again. */
export async function ensureDestroyed(
  clients: Clients,
  { application }: Place,
  target: Target,
  remains: Remains,
): Promise<void> {
  const tags = [
    ['beanpole:application', application],
    ['beanpole:stack', target.stack],
    ...(target.environment === undefined ? [] : [['beanpole:environment', target.environment]]),
  ].map(([name = '', value = '']) => ({ Name: `tag:${name}`, Values: [value] }));
  const states = ['pending', 'running', 'stopping', 'stopped'];
  const [{ AutoScalingGroups = [] }, { Reservations = [] }] = await Promise.all([
    clients.autoScaling.send(new DescribeAutoScalingGroupsCommand({ Filters: tags })),
    clients.ec2.send(
      new DescribeInstancesCommand({ Filters: [...tags, { Name: 'instance-state-name', Values: states }] }),
    ),
  ]);
  const present = [
    ...descriptorsIn(remains, application).map((name) => `the parameter ${name}`),
    ...AutoScalingGroups.map(
      ({ AutoScalingGroupName = '' }) => `the Auto Scaling group ${AutoScalingGroupName}`,
    ),
    ...Reservations.flatMap(({ Instances = [] }) => Instances).map(
      ({ InstanceId = '' }) => `the instance ${InstanceId}`,
    ),
  ];
  if (present.length === 0) return;
  throw new UserError(`${nameOf(target)} still exists: ${present.join(', ')}.`, {
    now: ['Nothing was removed.'],
    next: `pulumi destroy -s ${target.stack}   (or pulumi up -s ${target.stack}, without the environment in the stack file)`,
  });
}

/** A deployment that still runs would write again what is removed here. */
export async function ensureUnlocked(
  { s3 }: Clients,
  { application, bucket }: Place,
  { environments }: Remains,
  clock: Clock,
): Promise<void> {
  if (bucket === undefined) return;
  for (const each of environments) {
    const [stack = '', environment = ''] = each.split('/');
    const name = { application, stack, environment };
    const lock = (await createDocuments(s3, bucket).read(keys.lock(name), deploymentLock))?.value;
    if (isHeld(lock, clock.now())) throw new DeploymentLockHeldError(name, lock, clock.now());
  }
}

/** May be done again when it was interrupted. */
export async function remove({ ssm, logs, s3 }: Clients, { bucket }: Place, remains: Remains): Promise<void> {
  for (const Name of remains.parameters) await ssm.send(new DeleteParameterCommand({ Name }));
  for (const logGroupName of remains.logGroups) await logs.send(new DeleteLogGroupCommand({ logGroupName }));
  if (bucket !== undefined) await createDocuments(s3, bucket).remove(remains.objects);
}

export const nameOf = ({ stack, environment }: Target): string =>
  environment === undefined ? `The stack ${stack}` : `${stack}/${environment}`;
