/** What a stack keeps its data in: whole when AWS calls it available, with everyone there. */
import type { Tag } from '@aws-sdk/client-rds';
import type { Clients } from '../aws/clients.ts';
import type { Part } from './drill.ts';

/** As the other clients have it. */
type Region = Clients['ssm']['config']['region'];

export interface Stack {
  readonly application: string;
  readonly stack: string;
}

/** Databases and caches that carry the stack's tags. */
export async function dataParts({ ssm }: Clients, stack: Stack): Promise<Part[]> {
  const { region } = ssm.config;
  return [...(await databaseParts(stack, region)), ...(await cacheParts(stack, region))];
}

const belongsTo =
  ({ application, stack }: Stack) =>
  (tags: readonly Tag[] = []): boolean =>
    has(tags, 'beanpole:application', application) && has(tags, 'beanpole:stack', stack);

const has = (tags: readonly Tag[], key: string, value: string): boolean =>
  tags.some(({ Key, Value }) => Key === key && Value === value);

async function databaseParts(stack: Stack, region: Region): Promise<Part[]> {
  const { RDS } = await import('@aws-sdk/client-rds');
  const rds = new RDS({ region });
  const { DBInstances = [] } = await rds.describeDBInstances({});
  return DBInstances.filter(({ TagList }) => belongsTo(stack)(TagList)).map(
    ({ DBInstanceIdentifier = '' }) => ({
      name: `database ${DBInstanceIdentifier}`,
      async lacks() {
        const { DBInstances: [found] = [] } = await rds.describeDBInstances({ DBInstanceIdentifier });
        return statusLack(found?.DBInstanceStatus);
      },
    }),
  );
}

async function cacheParts(stack: Stack, region: Region): Promise<Part[]> {
  const { ElastiCache } = await import('@aws-sdk/client-elasticache');
  const elastiCache = new ElastiCache({ region });
  const { ReplicationGroups = [] } = await elastiCache.describeReplicationGroups({});
  const own: Part[] = [];
  for (const { ARN, ReplicationGroupId = '' } of ReplicationGroups) {
    const { TagList } = await elastiCache.listTagsForResource({ ResourceName: ARN });
    if (!belongsTo(stack)(TagList)) continue;
    own.push({
      name: `cache ${ReplicationGroupId}`,
      async lacks() {
        const { ReplicationGroups: [found] = [] } = await elastiCache.describeReplicationGroups({
          ReplicationGroupId,
        });
        return statusLack(found?.Status);
      },
    });
  }
  return own;
}

const statusLack = (status: string | undefined): string | undefined =>
  status === 'available' ? undefined : `is ${status ?? 'gone'}`;
