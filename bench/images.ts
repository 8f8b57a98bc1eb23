/**
 * How fast an instance boots from a golden image, against one from Amazon's image by the same launch template, one
 * after the other in the same run. `node bench/images.ts`. What is measured here is what user data need not fetch and
 * compute; on AWS the packages come on top (Node.js, nginx, nftables), which the local image has anyway.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { awsOf } from '../test/support/aws.ts';
import { until } from '../test/support/client.ts';
import { must, startCloud } from '../test/support/cloud.ts';
import { writeTinyApp } from '../test/support/tiny-app.ts';
import { median } from './measure.ts';

const rounds = 7;

/** Seconds of one boot. */
interface Boot {
  readonly userData: number;
  readonly serves: number;
}

const cloud = await startCloud();
const aws = awsOf(cloud);
try {
  await prepare();
  const image = (await must(cloud.beanpole('image', 'create', 'prod/web'))).trim();
  const { template, version, subnet } = await launchFacts();
  const launch = async (ImageId?: string): Promise<Boot> => {
    const { Instances = [] } = await aws.ec2.runInstances({
      LaunchTemplate: { LaunchTemplateId: template, Version: version },
      SubnetId: subnet,
      MinCount: 1,
      MaxCount: 1,
      ...(ImageId !== undefined && { ImageId }),
    });
    const id = Instances[0]?.InstanceId ?? '';
    let boot: Boot | undefined;
    await until('it serves', 120, () => Promise.resolve((boot = bootOf(id)) !== undefined));
    await aws.ec2.terminateInstances({ InstanceIds: [id] });
    return boot ?? { userData: Number.NaN, serves: Number.NaN };
  };
  const times: { plain: Boot[]; golden: Boot[] } = { plain: [], golden: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.plain.push(await launch());
    times.golden.push(await launch(image));
  }
  row('user data', times, ({ userData }) => userData);
  row('until it serves', times, ({ serves }) => serves);
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
  return {
    template: group?.LaunchTemplate?.LaunchTemplateId ?? '',
    version: group?.LaunchTemplate?.Version ?? '',
    subnet: group?.VPCZoneIdentifier?.split(',')[0] ?? '',
  };
}

/** By the times of its files, from the disk that is made: a health report would come seconds later. */
function bootOf(id: string): Boot | undefined {
  const disk = join(cloud.folder, 'region/disks', id);
  const cloudInit = join(disk, 'var/lib/cloud/instance');
  const state = join(disk, 'var/lib/beanpole/state.json');
  if (!existsSync(state) || !existsSync(join(cloudInit, 'boot-finished'))) return undefined;
  const { live } = JSON.parse(readFileSync(state, 'utf8')) as { live: { versionLabel: string } | null };
  if (live?.versionLabel !== 'v1') return undefined;
  const made = statSync(join(cloudInit, 'user-data')).mtimeMs;
  const since = (file: string): number => (statSync(file).mtimeMs - made) / 1000;
  return { userData: since(join(cloudInit, 'boot-finished')), serves: since(state) };
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
