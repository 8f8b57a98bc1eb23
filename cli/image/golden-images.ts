/** An application's golden images, as EC2 has them. */
import {
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  type EC2Client,
  type Image,
} from '@aws-sdk/client-ec2';
import { imageTags } from '../../model/names.ts';

export interface GoldenImage {
  readonly id: string;
  readonly name: string;
  /** `dev/web`, that it was made from. */
  readonly environment: string;
  /** As EC2 calls it: `pending`, `available`, `failed`. */
  readonly state: string;
  readonly architecture: string;
  /** Digest of the agent in it. */
  readonly agent: string | null;
  readonly createdAt: string;
  readonly snapshots: readonly string[];
}

/** Newest first. */
export async function listImages(ec2: EC2Client, application: string): Promise<GoldenImage[]> {
  const images: Image[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ec2.send(
      new DescribeImagesCommand({
        Owners: ['self'],
        Filters: [
          { Name: 'tag:beanpole:application', Values: [application] },
          { Name: 'tag-key', Values: [imageTags.name] },
        ],
        ...(NextToken && { NextToken }),
      }),
    );
    images.push(...(page.Images ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return images.map(toGolden).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** How far the snapshots of an image are: `40%`. */
export async function progressOf(ec2: EC2Client, { snapshots }: GoldenImage): Promise<string> {
  if (snapshots.length === 0) return 'its snapshot begins';
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [...snapshots] }));
  return Snapshots.map(({ Progress }) => Progress ?? '0%').join(', ');
}

/** Deregisters an image and deletes its snapshots, in one call; the answer names those that stay. */
export async function discardImage(ec2: EC2Client, ImageId: string): Promise<string[]> {
  const { DeleteSnapshotResults = [] } = await ec2.send(
    new DeregisterImageCommand({ ImageId, DeleteAssociatedSnapshots: true }),
  );
  return DeleteSnapshotResults.filter(({ ReturnCode }) => ReturnCode !== 'success').map(
    ({ SnapshotId = '' }) => SnapshotId,
  );
}

function toGolden(image: Image): GoldenImage {
  const tag = (key: string) => image.Tags?.find(({ Key }) => Key === key)?.Value;
  return {
    id: image.ImageId ?? '',
    name: image.Name ?? '',
    environment: `${tag('beanpole:stack') ?? '?'}/${tag('beanpole:environment') ?? '?'}`,
    state: image.State ?? 'pending',
    architecture: image.Architecture ?? '',
    agent: tag(imageTags.agent) ?? null,
    createdAt: image.CreationDate ?? '',
    snapshots: (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
  };
}
