import type { DescribeImagesResult, Image } from '@aws-sdk/client-ec2';
import { ask, type Parts } from '../parts.ts';
import type { StoredParameter } from './state.ts';

const pattern =
  /^\/aws\/service\/ami-amazon-linux-latest\/al2023-ami(?:-minimal)?-kernel-(?:default|\d+\.\d+)-(arm64|x86_64)$/;

/**
 * A parameter that AWS publishes: the newest Amazon Linux image of an architecture. Only architectures
 * that the region has an image of exist.
 */
export async function publicParameter(name: string, parts: Parts): Promise<StoredParameter | undefined> {
  const architecture = pattern.exec(name)?.[1];
  if (!architecture) return undefined;
  const { Images: images = [] } = await ask<DescribeImagesResult>(parts, 'ec2', 'DescribeImages', {
    Owners: ['amazon'],
  });
  const image = newest(images.filter(({ Architecture }) => Architecture === architecture));
  return image?.ImageId ? asParameter(name, image.ImageId, image.CreationDate) : undefined;
}

/** The names of all public parameters under a path. */
export async function publicParameters(path: string, parts: Parts): Promise<StoredParameter[]> {
  const folder = '/aws/service/ami-amazon-linux-latest';
  if (path.replace(/\/$/, '') !== folder) return [];
  const names = ['arm64', 'x86_64'].flatMap((architecture) => [
    `${folder}/al2023-ami-kernel-default-${architecture}`,
    `${folder}/al2023-ami-minimal-kernel-default-${architecture}`,
  ]);
  const found = await Promise.all(names.map((name) => publicParameter(name, parts)));
  return found.filter((parameter) => parameter !== undefined);
}

const newest = (images: readonly Image[]): Image | undefined =>
  images.toSorted((a, b) => (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''))[0];

function asParameter(name: string, imageId: string, created: string | undefined): StoredParameter {
  const modified = Date.parse(created ?? '') || 0;
  return {
    name,
    tags: [],
    versions: [
      {
        version: 1,
        type: 'String',
        value: imageId,
        tier: 'Standard',
        modified,
        modifiedBy: 'arn:aws:iam::aws:root',
        labels: [],
        dataType: 'text',
      },
    ],
  };
}
