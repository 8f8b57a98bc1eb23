/**
 * How long each deployment policy takes on four instances, against the application's own start: as many
 * bare processes at once as a policy starts at once, measured in the same run. `node bench/deployments.ts`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeploymentRecord } from '../model/schemas.ts';
import { awsOf } from '../test/support/aws.ts';
import { until } from '../test/support/client.ts';
import { must, startCloud } from '../test/support/cloud.ts';
import { writeTinyApp } from '../test/support/tiny-app.ts';
import { seconds } from './measure.ts';

const instances = 4;
const batches = 2;
/** What the application does before it answers. */
const startMilliseconds = 1000;

const cloud = await startCloud();
try {
  await prepare();
  const bare = { all: await bareStart(instances), batch: await bareStart(instances / batches) };
  console.log(
    `the application's own start: ${bare.all.toFixed(2)} s (${instances} at once), ${bare.batch.toFixed(2)} s (${instances / batches} at once)`,
  );
  await measure('AllAtOnce', ['--policy', 'AllAtOnce'], bare.all, bare.all + 2);
  await measure(
    'Rolling',
    ['--policy', 'Rolling', '--batch-size', '2'],
    bare.batch * batches,
    batches * (bare.batch + 2),
  );
  await rollbackInPlace(bare.all);
  const boot = await measureBoot();
  await measure('Immutable', ['--policy', 'Immutable'], boot, boot + bare.all + 5);
  await rollbackOfTraffic();
} finally {
  await cloud.remove();
}

async function prepare(): Promise<void> {
  writeFileSync(join(cloud.project, 'Pulumi.prod.yaml'), stackFile());
  for (const stack of ['application', 'prod']) await cloud.up(stack);
  for (const version of ['v1', 'v2']) {
    writeTinyApp(join(cloud.project, 'app'), { mark: version, startMilliseconds });
    await must(cloud.beanpole('version', 'create', version));
  }
  await must(cloud.beanpole('deploy', 'prod/web', '--version', 'v1'));
}

/** Deploys the version that does not run; prints how long the record says that it took. */
async function measure(name: string, options: readonly string[], bare: number, most: number): Promise<void> {
  const version = (await newest()).target.versionLabel === 'v1' ? 'v2' : 'v1';
  await must(cloud.beanpole('deploy', 'prod/web', '--version', version, ...options));
  row(name, secondsOf(await newest()), bare, most);
}

/** From one more instance wanted to in service, with the application's start in it. */
async function measureBoot(): Promise<number> {
  const { autoscaling } = awsOf(cloud);
  const boot = await seconds(async () => {
    await must(cloud.beanpole('scale', 'prod/web', '--instances', String(instances + 1)));
    await until('it is in service', 120, async () => {
      const { AutoScalingInstances = [] } = await autoscaling.describeAutoScalingInstances({});
      return (
        AutoScalingInstances.filter(({ LifecycleState }) => LifecycleState === 'InService').length > instances
      );
    });
  });
  await must(cloud.beanpole('scale', 'prod/web', '--instances', String(instances)));
  console.log(`boot of one instance with the application: ${boot.toFixed(2)} s`);
  return boot;
}

/** All instances at once go back to the version before. */
async function rollbackInPlace(bare: number): Promise<void> {
  await must(cloud.beanpole('rollback', 'prod/web', '--policy', 'AllAtOnce'));
  row('rollback in place', secondsOf(await newest()), bare, bare + 2);
}

/** From the moment at which the evaluation is given up to the moment at which all traffic is back. */
async function rollbackOfTraffic(): Promise<void> {
  const options = ['--policy', 'TrafficSplitting', '--evaluation-time', '5m', '--no-wait'];
  await must(cloud.beanpole('deploy', 'prod/web', '--version', 'v2', ...options));
  await until('it is evaluated', 120, async () =>
    (await newest()).steps.some(({ id, status }) => id === 'evaluate' && status === 'InProgress'),
  );
  await must(cloud.beanpole('abort', 'prod/web'));
  const { steps } = await newest();
  const givenUp = Date.parse(steps.find(({ id }) => id === 'evaluate')?.endedAt ?? '');
  const back = Date.parse(steps.find(({ id }) => id === 'return-traffic')?.endedAt ?? '');
  console.log(`rollback of traffic splitting: ${((back - givenUp) / 1000).toFixed(2)} s (at most 2 s)`);
  if (!(back - givenUp <= 2000)) process.exitCode = 1;
}

async function newest(): Promise<DeploymentRecord> {
  const shown = await must(cloud.beanpole('deployments', 'show', 'prod/web', '--json'));
  return JSON.parse(shown) as DeploymentRecord;
}

function secondsOf({ startedAt, endedAt = '' }: DeploymentRecord): number {
  return (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
}

/** So many processes of the application at once, until the last one answers. */
async function bareStart(count: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-start-'));
  writeTinyApp(folder, { startMilliseconds });
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const children: ReturnType<typeof spawn>[] = [];
  try {
    return await seconds(async () => {
      for (const port of ports) {
        const env = { ...process.env, PORT: String(port) };
        children.push(spawn(process.execPath, ['server.js'], { cwd: folder, stdio: 'ignore', env }));
      }
      await Promise.all(
        ports.map((port) =>
          until('it answers', 30, async () => (await fetch(`http://127.0.0.1:${port}/`)).ok),
        ),
      );
    });
  } finally {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        done(port);
      });
    });
  });
}

function row(what: string, ours: number, bare: number, most: number): void {
  console.log(
    `${what}: ${ours.toFixed(2)} s = ${(ours / bare).toFixed(2)} × the bare start (${bare.toFixed(2)} s; at most ${most.toFixed(2)} s)`,
  );
  if (ours > most) process.exitCode = 1;
}

function stackFile(): string {
  return `config:
  aws:region: eu-central-1
  beanpole:application: mywordpress
  beanpole:network: { cidr: 10.20.0.0/16, availabilityZones: 2, natGateways: Single }
  beanpole:domain: { name: mywordpress.example }
  beanpole:environments:
    web:
      tier: WebServer
      type: LoadBalanced
      record: www
      minSize: ${instances}
      maxSize: ${instances + 2}
      deregistrationDelaySeconds: 2
      drainTimeoutSeconds: 2
      healthCheckIntervalSeconds: 5
      healthCheckTimeoutSeconds: 2
`;
}
