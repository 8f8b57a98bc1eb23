import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeDBClusterSnapshotsCommand, DescribeDBSnapshotsCommand } from '@aws-sdk/client-rds';
import { DescribeParametersCommand } from '@aws-sdk/client-ssm';
import { keys, parameters } from '../../model/names.ts';
import type { Clients } from '../aws/clients.ts';
import { createDocuments } from '../aws/documents.ts';
import type { Target } from '../environments.ts';

/** What commands and instances have made for environments that Pulumi has destroyed. */
export interface Remains {
  /** `prod/web`, in order. */
  readonly environments: readonly string[];
  /** In the version bucket: pointer, lock, deployments, health, schedule; swaps with the last environment. */
  readonly objects: readonly string[];
  /** Set by `config set`, with their history. */
  readonly parameters: readonly string[];
  readonly logGroups: readonly string[];
}

/** Where to look: the bucket is gone when the application was destroyed as well. */
export interface Place {
  readonly application: string;
  readonly bucket: string | undefined;
}

export async function findRemains(clients: Clients, place: Place, target: Target): Promise<Remains> {
  const { application } = place;
  const [objects, swaps, ownParameters, logGroups] = await Promise.all([
    listObjects(clients, place, `environments/${target.stack}/`),
    listObjects(clients, place, keys.swaps(target.stack)),
    listParameters(clients, `/beanpole/${application}/${target.stack}`),
    listLogGroups(clients, `/beanpole/${application}/${target.stack}/`),
  ]);
  const all: readonly Found[] = [
    ...objects.map((name) => ({ kind: 'objects' as const, name, environment: name.split('/')[2] })),
    ...ownParameters.map((name) => ({ kind: 'parameters' as const, name, environment: name.split('/')[4] })),
    ...logGroups.map((name) => ({ kind: 'logGroups' as const, name, environment: name.split('/')[4] })),
  ];
  return chosen(all, swaps, target);
}

interface Found {
  readonly kind: 'objects' | 'parameters' | 'logGroups';
  readonly name: string;
  readonly environment: string | undefined;
}

/** Pure: what belongs to the target; the swaps of a stack go with its last environment. */
function chosen(all: readonly Found[], swaps: readonly string[], { stack, environment }: Target): Remains {
  const wanted = all.filter((found) => environment === undefined || found.environment === environment);
  const names = (kind: Found['kind']) =>
    wanted.filter((found) => found.kind === kind).map(({ name }) => name);
  const environments = [...new Set(wanted.map((found) => `${stack}/${found.environment ?? ''}`))].sort();
  return {
    environments,
    objects: [...names('objects'), ...(wanted.length === all.length ? swaps : [])],
    parameters: names('parameters'),
    logGroups: names('logGroups'),
  };
}

export const isNothing = ({ objects, parameters: own, logGroups }: Remains): boolean =>
  objects.length + own.length + logGroups.length === 0;

const listObjects = ({ s3 }: Clients, { bucket }: Place, prefix: string): Promise<string[]> =>
  bucket === undefined ? Promise.resolve([]) : createDocuments(s3, bucket).list(prefix);

async function listParameters({ ssm }: Clients, path: string): Promise<string[]> {
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ssm.send(
      new DescribeParametersCommand({
        ParameterFilters: [{ Key: 'Path', Option: 'Recursive', Values: [path] }],
        ...(NextToken && { NextToken }),
      }),
    );
    found.push(...(page.Parameters ?? []).map(({ Name = '' }) => Name));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

async function listLogGroups({ logs }: Clients, logGroupNamePrefix: string): Promise<string[]> {
  const found: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix, ...(nextToken && { nextToken }) }),
    );
    found.push(...(page.logGroups ?? []).map(({ logGroupName = '' }) => logGroupName));
    nextToken = page.nextToken;
  } while (nextToken);
  return found;
}

/** Final snapshots of a stack's database: they stay, and cost, until somebody deletes them. */
export async function listSnapshots({ rds }: Clients, application: string, stack: string): Promise<string[]> {
  const [{ DBSnapshots = [] }, { DBClusterSnapshots = [] }] = await Promise.all([
    rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' })),
    rds.send(new DescribeDBClusterSnapshotsCommand({ SnapshotType: 'manual' })),
  ]);
  return [
    ...DBSnapshots.map(({ DBSnapshotIdentifier = '' }) => DBSnapshotIdentifier),
    ...DBClusterSnapshots.map(({ DBClusterSnapshotIdentifier = '' }) => DBClusterSnapshotIdentifier),
  ].filter((name) => name.startsWith(`${application}-${stack}-`));
}

/** What proves that Pulumi has not destroyed it (all): its descriptors. */
export const descriptorsIn = ({ parameters: own }: Remains, application: string): string[] =>
  own.filter((name) => {
    const [, , , stack = '', environment = ''] = name.split('/');
    const of = { application, stack, environment };
    return [parameters.instanceDescriptor(of), parameters.environmentDescriptor(of)].includes(name);
  });
