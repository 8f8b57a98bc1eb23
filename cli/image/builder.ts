/** The machine that an image is made of: it is launched like an instance, and never becomes one. */
import {
  DescribeInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type EC2Client,
  type Instance,
  type Tag,
} from '@aws-sdk/client-ec2';
import { imageTags, tags, type EnvironmentName } from '../../model/names.ts';
import type { Source } from './source.ts';

export interface Builder {
  readonly id: string;
  /** Of the image that it is for. */
  readonly imageName: string;
  readonly state: string;
  /** It has been prepared and cleaned: that ends with a shutdown from inside. */
  readonly isClean: boolean;
}

export const tagList = (values: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(values).map(([Key, Value]) => ({ Key, Value }));

/** A script that does nothing: the launch template's own would make an instance of the environment. */
const nothing = Buffer.from('#!/bin/sh\n# An image is made of this machine: Run Command prepares it.\n');

/** From the same launch template, in the same subnet, as the instance that it follows. */
export async function launchBuilder(
  ec2: EC2Client,
  environment: EnvironmentName,
  source: Source,
  imageName: string,
): Promise<Builder> {
  const own = tagList({ ...tags(environment), [imageTags.name]: imageName, Name: `${imageName} builder` });
  const { Instances: [instance] = [] } = await ec2.send(
    new RunInstancesCommand({
      LaunchTemplate: { LaunchTemplateId: source.launchTemplateId, Version: source.launchTemplateVersion },
      SubnetId: source.subnetId,
      MinCount: 1,
      MaxCount: 1,
      UserData: nothing.toString('base64'),
      InstanceInitiatedShutdownBehavior: 'stop',
      TagSpecifications: [
        { ResourceType: 'instance', Tags: own },
        { ResourceType: 'volume', Tags: own },
      ],
    }),
  );
  return toBuilder(instance ?? {});
}

/** Builders that an earlier run has left, of one environment. */
export async function findBuilders(ec2: EC2Client, environment: EnvironmentName): Promise<Builder[]> {
  const { Reservations = [] } = await ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        ...Object.entries(tags(environment)).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] })),
        { Name: 'tag-key', Values: [imageTags.name] },
        { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] },
      ],
    }),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances).map(toBuilder);
}

/** Undefined: it is gone. */
export async function lookAtBuilder(ec2: EC2Client, id: string): Promise<Builder | undefined> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  const instance = Reservations[0]?.Instances?.[0];
  return instance && toBuilder(instance);
}

export const terminateBuilder = async (ec2: EC2Client, id: string): Promise<void> => {
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
};

const toBuilder = ({ InstanceId = '', State, StateReason, Tags = [] }: Instance): Builder => ({
  id: InstanceId,
  imageName: Tags.find(({ Key }) => Key === imageTags.name)?.Value ?? '',
  state: State?.Name ?? 'pending',
  isClean: StateReason?.Code === 'Client.InstanceInitiatedShutdown',
});
