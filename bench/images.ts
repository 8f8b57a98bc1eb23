/**
 * How fast an instance boots from a golden image, against one from Amazon's image by the same launch template, one
 * after the other in the same run. `node bench/images.ts`. What is measured here is what user data need not fetch and
 * compute; on AWS the packages come on top (Node.js, nginx, nftables), which the local image has anyway.
 */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsOf } from '../test/support/aws.ts';
import { until } from '../test/support/client.ts';
import { must, startCloud } from '../test/support/cloud.ts';
import { writeTinyApp } from '../test/support/tiny-app.ts';

const rounds = 7;

/** Seconds of one boot. */
interface Boot {
  readonly userData: number;
  readonly serves: number;
}

const environment = 'environments/prod/web';

const cloud = await startCloud();
const aws = awsOf(cloud);
try {
  await prepare();
  const image = (await must(cloud.beanpole('image', 'create', 'prod/web'))).trim();
  const { template, version, subnet, bucket } = await launchFacts();
  const launch = async (ImageId?: string): Promise<Boot> => {
    const startedAt = performance.now();
    const { Instances = [] } = await aws.ec2.runInstances({
      LaunchTemplate: { LaunchTemplateId: template, Version: version },
      ...{ SubnetId: subnet, MinCount: 1, MaxCount: 1 },
      ...(ImageId !== undefined && { ImageId }),
    });
    const id = Instances[0]?.InstanceId ?? '';
    await until('it reports that it serves', 120, async () => (await servedBy(bucket, id)) === 'v1');
    const serves = (performance.now() - startedAt) / 1000;
    const userData = secondsOfUserData(id);
    await aws.ec2.terminateInstances({ InstanceIds: [id] });
    return { serves, userData };
  };
  const times: { plain: Boot[]; golden: Boot[] } = { plain: [], golden: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.plain.push(await launch());
    times.golden.push(await launch(image));
  }
  row('user data', times, ({ userData }) => userData);
  row('from launch until it serves', times, ({ serves }) => serves);
} finally {
  await cloud.remove();
}

async function prepare(): Promise<void> {
  writeFileSync(join(cloud.project, 'Pulumi.prod.yaml'), stackFile());
  for (const stack of ['application', 'prod']) await cloud.up(stack);
  writeTinyApp(join(cloud.project, 'app'));
  await must(cloud.beanpole('version', 'create', 'v1'));
  await must(cloud.beanpole('deploy', 'prod/web', '--version', 'v1'));
}

/** What the environment's own instance was launched with. */
async function launchFacts() {
  const { AutoScalingGroups = [] } = await aws.autoscaling.describeAutoScalingGroups({});
  const group = AutoScalingGroups.find(({ DesiredCapacity }) => DesiredCapacity === 1);
  const { Parameter } = await aws.ssm.getParameter({ Name: '/beanpole/mywordpress' });
  return {
    template: group?.LaunchTemplate?.LaunchTemplateId ?? '',
    version: group?.LaunchTemplate?.Version ?? '',
    subnet: group?.VPCZoneIdentifier?.split(',')[0] ?? '',
    bucket: (JSON.parse(Parameter?.Value ?? '{}') as { bucket: string }).bucket,
  };
}

/** The version that an instance says it serves. */
async function servedBy(Bucket: string, id: string): Promise<string | null> {
  try {
    const { Body } = await aws.s3.getObject({ Bucket, Key: `${environment}/health/${id}.json` });
    return (JSON.parse((await Body?.transformToString()) ?? '{}') as { versionLabel: string | null })
      .versionLabel;
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return null;
    throw error;
  }
}

/** From the disk that is made until user data has ended. */
function secondsOfUserData(id: string): number {
  const folder = join(cloud.folder, 'region/disks', id, 'var/lib/cloud/instance');
  const at = (file: string): number => statSync(join(folder, file)).mtimeMs;
  return (at('boot-finished') - at('user-data')) / 1000;
}

function row(
  what: string,
  times: { readonly plain: readonly Boot[]; readonly golden: readonly Boot[] },
  of: (boot: Boot) => number,
): void {
  const [plain, golden] = [median(times.plain.map(of)), median(times.golden.map(of))];
  console.log(
    `${what}, median of ${rounds}: ${golden.toFixed(2)} s from a golden image = ${(golden / plain).toFixed(2)} × Amazon's image (${plain.toFixed(2)} s; below 1)`,
  );
  if (golden >= plain) process.exitCode = 1;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
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
      instanceTypes: [t3.small]
      minSize: 1
      maxSize: 2
`;
}
