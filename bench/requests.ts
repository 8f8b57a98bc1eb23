/**
 * Whether deployments lose requests: forms at 500 a second, over kept connections and on a new one each time, without
 * a retry anywhere, with and without stickiness; 10,000 for each policy, 100,000 for Rolling and for the single
 * instance. `node bench/requests.ts [requests per second] [requests] [most requests]`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploymentPolicy, type DeploymentPolicy } from '../model/schemas.ts';
import { edit, must, startCloud } from '../test/support/cloud.ts';
import { startSteadyLoad } from '../test/support/steady-load.ts';
import { writeTinyApp } from '../test/support/tiny-app.ts';

const [perSecond = 500, few = 10_000, many = 100_000] = process.argv.slice(2).map(Number);

const cloud = await startCloud();
try {
  await prepare();
  console.log(`${perSecond} requests a second; nothing is retried`);
  await losesNone('single instance', 'dev', 'AllAtOnce', many);
  for (const policy of deploymentPolicy.options)
    await losesNone(policy, 'prod', policy, policy === 'Rolling' ? many : few);
  edit(join(cloud.project, 'Pulumi.prod.yaml'), (text) => `${text}      stickinessSeconds: 3600\n`);
  await cloud.up('prod');
  for (const policy of deploymentPolicy.options) await losesNone(`${policy}, sticky`, 'prod', policy, few);
} finally {
  await cloud.remove();
}

async function prepare(): Promise<void> {
  writeFileSync(
    join(cloud.project, 'Pulumi.dev.yaml'),
    stackFile('None', ['type: SingleInstance', 'record: dev']),
  );
  writeFileSync(
    join(cloud.project, 'Pulumi.prod.yaml'),
    stackFile('Single', [
      'type: LoadBalanced',
      'record: www',
      'minSize: 4',
      'maxSize: 8',
      'deregistrationDelaySeconds: 5',
      'healthCheckIntervalSeconds: 5',
      'healthCheckTimeoutSeconds: 2',
      'evaluationTimeSeconds: 2',
      'keepWarmSeconds: 2',
    ]),
  );
  for (const stack of ['application', 'dev', 'prod']) await cloud.up(stack);
  for (const version of ['v1', 'v2']) {
    writeTinyApp(join(cloud.project, 'app'), { mark: version });
    await must(cloud.beanpole('version', 'create', version));
  }
  for (const stack of ['dev', 'prod'])
    await must(cloud.beanpole('deploy', `${stack}/web`, '--version', 'v1'));
}

/** Deploys one version after the other until so many requests have been sent. */
async function losesNone(
  what: string,
  stack: 'dev' | 'prod',
  policy: DeploymentPolicy,
  wanted: number,
): Promise<void> {
  const host = `${stack === 'dev' ? 'dev' : 'www'}.mywordpress.example`;
  const seconds = wanted / perSecond;
  const load = await startSteadyLoad(cloud, host, perSecond);
  const start = performance.now();
  let deployments = 0;
  do {
    const version = deployments % 2 === 0 ? 'v2' : 'v1';
    await must(
      cloud.beanpole('deploy', `${stack}/web`, '--version', version, '--policy', policy, '--batch-size', '2'),
    );
    deployments += 1;
  } while (performance.now() - start < seconds * 1000 || deployments % 2 === 1);
  const { requests, lost, slowest } = await load.stop();
  const { pooled, single } = requests;
  const rate = (pooled + single) / ((performance.now() - start) / 1000);
  console.log(
    `${what}: ${deployments} deployments, ${pooled} requests over kept connections and ${single} over single ones (${rate.toFixed(0)}/s), ${lost.length} lost, slowest ${slowest} ms`,
  );
  for (const { connection, why } of lost.slice(0, 5)) console.log(`  lost: ${connection}, ${why}`);
  if (lost.length > 0) process.exitCode = 1;
}

function stackFile(natGateways: string, web: readonly string[]): string {
  return `config:
  aws:region: eu-central-1
  beanpole:application: mywordpress
  beanpole:network: { cidr: 10.20.0.0/16, availabilityZones: 2, natGateways: ${natGateways} }
  beanpole:domain: { name: mywordpress.example }
  beanpole:environments:
    web:
      tier: WebServer
${web.map((line) => `      ${line}\n`).join('')}`;
}
