import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Properties } from '../../../protocol/values.ts';
import { fromTags, tagChanges, toTags } from '../../tags.ts';

type Tags = Readonly<Record<string, string>> | undefined;

/** Tags to set in the call that makes a thing: AWS wants none rather than an empty list. */
export const newTags = (tags: Tags) => (tags && Object.keys(tags).length > 0 ? { Tags: toTags(tags) } : {});

export async function readTags(elb: ElasticLoadBalancingV2, arn: string) {
  const { TagDescriptions } = await elb.describeTags({ ResourceArns: [arn] });
  return fromTags(TagDescriptions?.[0]?.Tags);
}

export async function updateTags(
  elb: ElasticLoadBalancingV2,
  arn: string,
  olds: Properties,
  tags: Tags,
): Promise<void> {
  const { set, removed } = tagChanges(olds, tags);
  if (removed.length > 0) await elb.removeTags({ ResourceArns: [arn], TagKeys: removed });
  if (Object.keys(set).length > 0) await elb.addTags({ ResourceArns: [arn], Tags: toTags(set) });
}

/** What metrics call a load balancer or target group: the part of the ARN after its type. */
export const arnSuffix = (arn: string): string =>
  /:(?:loadbalancer\/)?((?:targetgroup\/)?[^:]+)$/.exec(arn)?.[1] ?? '';
