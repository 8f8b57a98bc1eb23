import {
  CreateImageCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type CreateImageCommandInput,
  type Filter,
  type Image,
  type Instance,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import type { Account } from './account.ts';

export interface FakeEc2 {
  readonly instances: Map<string, Instance>;
  readonly images: Map<string, Image>;
  readonly launched: RunInstancesCommandInput[];
  readonly imaged: CreateImageCommandInput[];
  /** By template and version, `lt-blue 1`. */
  readonly templates: Map<string, { ImageId: string; UserData: string }>;
  /** State of a new image's snapshot, look by look. */
  readonly progress: string[];
}

export const goldenUserData = Buffer.from('#!/bin/sh\n[ "${1-}" != prepare ] || exit 0\n').toString('base64');

/** EC2 with instances that boot at once, and images whose snapshots take a few looks. */
export function fakeEc2({ context: { clients } }: Account): FakeEc2 {
  const fake: FakeEc2 = {
    instances: new Map([
      [
        'i-1',
        {
          InstanceId: 'i-1',
          ImageId: 'ami-amazon',
          SubnetId: 'subnet-1',
          State: { Name: 'running' },
        },
      ],
    ]),
    images: new Map(),
    launched: [],
    imaged: [],
    templates: new Map(
      ['lt-blue 1', 'lt-green 1'].map((key) => [key, { ImageId: 'ami-amazon', UserData: goldenUserData }]),
    ),
    progress: ['20%', '80%'],
  };
  const mock = mockClient(clients.ec2);
  mock
    .on(DescribeInstancesCommand)
    .callsFake(({ InstanceIds: ids, Filters = [] }: { InstanceIds?: string[]; Filters?: Filter[] }) => ({
      Reservations: [...fake.instances.values()]
        .filter(({ InstanceId = '' }) => ids === undefined || ids.includes(InstanceId))
        .filter((instance) => Filters.every((filter) => passes(instance, filter)))
        .map((instance) => ({ Instances: [instance] })),
    }))
    .on(RunInstancesCommand)
    .callsFake((input: RunInstancesCommandInput) => {
      fake.launched.push(input);
      const instance: Instance = {
        InstanceId: `i-builder-${fake.launched.length}`,
        State: { Name: 'running' },
        Tags: input.TagSpecifications?.[0]?.Tags,
      };
      fake.instances.set(instance.InstanceId ?? '', instance);
      return { Instances: [instance] };
    })
    .on(TerminateInstancesCommand)
    .callsFake(({ InstanceIds = [] }: { InstanceIds?: string[] }) => {
      for (const id of InstanceIds) fake.instances.delete(id);
      return {};
    });
  mockImages(fake, mock);
  return fake;
}

function mockImages(fake: FakeEc2, mock: ReturnType<typeof mockClient>): void {
  mock
    .on(DescribeLaunchTemplateVersionsCommand)
    .callsFake((input: { LaunchTemplateId?: string; Versions?: string[] }) => ({
      LaunchTemplateVersions: [
        {
          LaunchTemplateData: fake.templates.get(
            `${input.LaunchTemplateId ?? ''} ${input.Versions?.[0] ?? ''}`,
          ),
        },
      ],
    }))
    .on(CreateImageCommand)
    .callsFake((input: CreateImageCommandInput) => {
      fake.imaged.push(input);
      const ImageId = `ami-golden-${fake.imaged.length}`;
      fake.images.set(ImageId, {
        ImageId,
        Name: input.Name,
        State: 'pending',
        Architecture: 'x86_64',
        CreationDate: '2026-05-01T12:00:00.000Z',
        Tags: input.TagSpecifications?.[0]?.Tags,
        BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: 'snap-1' } }],
      });
      return { ImageId };
    })
    .on(DescribeImagesCommand)
    .callsFake(() => ({ Images: [...fake.images.values()] }))
    .on(DescribeSnapshotsCommand)
    .callsFake(() => {
      const Progress = fake.progress.shift();
      if (fake.progress.length === 0)
        for (const [id, image] of fake.images) fake.images.set(id, { ...image, State: 'available' });
      return { Snapshots: [{ SnapshotId: 'snap-1', Progress }] };
    })
    .on(DeregisterImageCommand)
    .callsFake(({ ImageId = '' }: { ImageId?: string }) => {
      fake.images.delete(ImageId);
      return { Return: true, DeleteSnapshotResults: [{ SnapshotId: 'snap-1', ReturnCode: 'success' }] };
    });
}

function passes(
  { InstanceId = '', State, Tags = [] }: Instance,
  { Name = '', Values = [] }: Filter,
): boolean {
  if (Name === 'instance-id') return Values.includes(InstanceId);
  if (Name === 'instance-state-name') return Values.includes(State?.Name ?? '');
  if (Name === 'tag-key') return Tags.some(({ Key = '' }) => Values.includes(Key));
  return Tags.some(({ Key, Value = '' }) => `tag:${Key ?? ''}` === Name && Values.includes(Value));
}
