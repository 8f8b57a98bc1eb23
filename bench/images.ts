/**
 * How fast an instance boots from a golden image, against one from Amazon's image by the same launch template, one
 * after the other in the same run. `node bench/images.ts`. What is measured here is what user data need not fetch and
 * compute; on AWS the packages come on top (Node.js, nginx, nftables), which the local image has anyway.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsOf } from '../test/support/aws.ts';
import { until } from '../test/support/client.ts';
import { must, startCloud } from '../test/support/cloud.ts';
import { writeTinyApp } from '../test/support/tiny-app.ts';

const rounds = 7;
const environment = 'environments/prod/web';

const cloud = await startCloud();
const aws = awsOf(cloud);
try {
  await prepare();
  const image = (await must(cloud.beanpole('image', 'create', 'prod/web'))).trim();
  const { template, version, subnet, bucket } = await launchFacts();
  const launch = async (ImageId?: string): Promise<number> => {
    const startedAt = performance.now();
    const { Instances = [] } = await aws.ec2.runInstances({
      LaunchTemplate: { LaunchTemplateId: template, Version: version },
      ...{ SubnetId: subnet, MinCount: 1, MaxCount: 1 },
      ...(ImageId !== undefined && { ImageId }),
    });
    const id = Instances[0]?.InstanceId ?? '';
    await until('it reports that it serves', 120, async () => (await servedBy(bucket, id)) === 'v1');
    const took = (performance.now() - startedAt) / 1000;
    await aws.ec2.terminateInstances({ InstanceIds: [id] });
    return took;
  };
  const times: { plain: number[]; golden: number[] } = { plain: [], golden: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.plain.push(await launch());
    times.golden.push(await launch(image));
  }
  const [plain, golden] = [median(times.plain), median(times.golden)];
  console.log(
    `from launch until it serves, median of ${rounds}: ${golden.toFixed(2)} s from a golden image = ${(golden / plain).toFixed(2)} × Amazon's image (${plain.toFixed(2)} s; below 1)`,
  );
  if (golden >= plain) process.exitCode = 1;
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
