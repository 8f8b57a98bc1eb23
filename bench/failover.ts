/**
 * What is lost, and for how long, when a part of prod goes down: the site under a steady load, and one client of the
 * database and one of the cache that only reconnect. `node bench/failover.ts`; a line for each drill.
 */
import { join } from 'node:path';
import { awsOf } from '../test/support/aws.ts';
import { until } from '../test/support/client.ts';
import { edit, must, startCloud } from '../test/support/cloud.ts';
import { launchMachine, type Machine } from '../test/support/machines.ts';

const healthChecks = {
  healthCheckIntervalSeconds: 5,
  healthCheckTimeoutSeconds: 2,
  healthyThresholdCount: 2,
  unhealthyThresholdCount: 2,
  deregistrationDelaySeconds: 5,
};
const perSecond = 200;

interface Drill {
  readonly requests: number;
  readonly failed: number;
  readonly percentFailed: number;
  readonly lastFailure: number | null;
  readonly secondsUntilWhole: number | null;
}

const cloud = await startCloud();
const aws = awsOf(cloud);
try {
  await bringUp();
  const client = await clientInside();
  await database(client);
  await cache(client);
  console.log(
    `zone loss, ${perSecond} requests/s, health checks: ${Object.entries(healthChecks)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}`,
  );
  for (const zone of ['eu-central-1a', 'eu-central-1b']) await loseZone(zone);
} finally {
  await cloud.remove();
}

async function bringUp(): Promise<void> {
  const settings = Object.entries(healthChecks).map(([key, value]) => `      ${key}: ${value}\n`);
  edit(join(cloud.project, 'Pulumi.prod.yaml'), (text) =>
    text.replace('healthCheckPath: /health\n', (line) => `${line}${settings.join('')}`),
  );
  for (const stack of ['application', 'prod']) await cloud.up(stack);
  await must(cloud.beanpole('version', 'create', 'v1'));
  await must(cloud.beanpole('deploy', 'prod', '--version', 'v1'));
}

/** A machine beside the web instances, in their security group. */
async function clientInside(): Promise<Machine> {
  const { Reservations = [] } = await aws.ec2.describeInstances({
    Filters: [
      { Name: 'tag:beanpole:environment', Values: ['web'] },
      { Name: 'instance-state-name', Values: ['running'] },
    ],
  });
  const web = Reservations.flatMap(({ Instances = [] }) => Instances)[0];
  const groups = web?.SecurityGroups?.map(({ GroupId = '' }) => GroupId) ?? [];
  const client = await launchMachine(cloud, aws, { subnet: web?.SubnetId ?? '', groups });
  const scenarios = join(import.meta.dirname, '../test/scenarios');
  await client.install('opt/database.js', join(scenarios, 'databases/client.ts'));
  await client.install('opt/cache.js', join(scenarios, 'cache/client.ts'));
  return client;
}

async function database(client: Machine): Promise<void> {
  const { DBClusters: [cluster] = [] } = await aws.rds.describeDBClusters({});
  const { SecretString = '{}' } = await aws.secretsmanager.getSecretValue({
    SecretId: cluster?.MasterUserSecret?.SecretArn,
  });
  const { password } = JSON.parse(SecretString) as { password: string };
  const writer = cluster?.DBClusterMembers?.find(({ IsClusterWriter }) => IsClusterWriter);
  const words = [cluster?.Endpoint, cluster?.DatabaseName, cluster?.MasterUsername, `'${password}'`];
  const watching = client.run(`node /opt/database.js watch ${words.join(' ')} 15000`);
  await report('database writer dies', watching, 5, client, 'database', writer?.DBInstanceIdentifier ?? '');
}

async function cache(client: Machine): Promise<void> {
  const { ReplicationGroups: [group] = [] } = await aws.elasticache.describeReplicationGroups({});
  const node = group?.NodeGroups?.[0];
  const primary = node?.NodeGroupMembers?.find(({ CurrentRole }) => CurrentRole === 'primary');
  const url = `rediss://${node?.PrimaryEndpoint?.Address}:${node?.PrimaryEndpoint?.Port}`;
  const watching = client.run(
    `env -u NODE_EXTRA_CA_CERTS NODE_USE_SYSTEM_CA=1 node /opt/cache.js watch ${url} 15000`,
  );
  await report('cache primary dies', watching, 3, client, 'cache', primary?.CacheClusterId ?? '');
}

/** Runs a drill while a client writes without pause, and tells the longest time in which it could not. */
async function report(
  what: string,
  watching: Promise<string>,
  mostSeconds: number,
  client: Machine,
  ...words: string[]
): Promise<void> {
  await until('the client writes', 30, async () => (await client.run('ls /tmp')).includes('watching'));
  const drill = await takeDown(...words);
  const told = await watching;
  await client.run('rm /tmp/watching');
  const { gapMilliseconds, written, lost } = JSON.parse(told) as Record<string, number>;
  const gap = (gapMilliseconds ?? Number.NaN) / 1000;
  if (!(gap <= mostSeconds) || lost !== 0) process.exitCode = 1;
  console.log(
    `${what}: a reconnecting client could not write for ${gap.toFixed(2)} s (at most ${mostSeconds} s), ${lost} of its ${written} writes lost; ${sentenceOf(drill)}`,
  );
}

async function loseZone(zone: string): Promise<void> {
  const drill = await takeDown('zone', zone);
  if (drill.percentFailed >= 0.5) process.exitCode = 1;
  console.log(`${zone}: ${sentenceOf(drill)} (fewer than 0.5 %)`);
}

async function takeDown(...words: string[]): Promise<Drill> {
  const told = await must(
    cloud.beanpole('local', 'drill', ...words, '--rate', String(perSecond), '--json', '--timeout', '120'),
  );
  return JSON.parse(told) as Drill;
}

function sentenceOf({ requests, failed, percentFailed, lastFailure, secondsUntilWhole }: Drill): string {
  const last =
    lastFailure === null ? '' : `, the last one ${(lastFailure / 1000).toFixed(1)} s after the fault`;
  const whole = `whole again after ${secondsUntilWhole?.toFixed(1) ?? '?'} s`;
  return `${failed} of ${requests} requests failed (${percentFailed.toFixed(2)} %)${last}, ${whole}`;
}
