import { mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';
import type { Aws } from './aws.ts';
import { until } from './client.ts';
import { must, type TestCloud } from './cloud.ts';

/** A VPC made by hand, without any of our stacks. */
export interface TestVpc {
  readonly id: string;
  /** One in each zone. */
  readonly subnets: readonly string[];
  /** A security group; with `allow` its members are reached from those of another on one port. */
  group(name: string, allow?: { readonly port: number; readonly from: string }): Promise<string>;
}

export async function makeVpc({ ec2 }: Aws, zones: readonly string[]): Promise<TestVpc> {
  const { Vpc } = await ec2.createVpc({ CidrBlock: '10.0.0.0/16' });
  const VpcId = Vpc?.VpcId ?? '';
  const subnets: string[] = [];
  for (const [index, zone] of zones.entries()) {
    const AvailabilityZone = `eu-central-1${zone}`;
    const { Subnet } = await ec2.createSubnet({ VpcId, AvailabilityZone, CidrBlock: `10.0.${index}.0/24` });
    subnets.push(Subnet?.SubnetId ?? '');
  }
  return {
    id: VpcId,
    subnets,
    async group(name, allow) {
      const { GroupId = '' } = await ec2.createSecurityGroup({ VpcId, GroupName: name, Description: name });
      if (allow) await admit({ ec2 }, GroupId, allow);
      return GroupId;
    },
  };
}

/** Opens a security group's port to the members of another. */
export async function admit(
  { ec2 }: Pick<Aws, 'ec2'>,
  GroupId: string,
  { port, from }: { readonly port: number; readonly from: string },
): Promise<void> {
  const UserIdGroupPairs = [{ GroupId: from }];
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: port, ToPort: port, UserIdGroupPairs }];
  await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions });
}

export interface Machine {
  readonly instanceId: string;
  /** Runs a shell script as root, by Run Command; what it printed, standard error included. */
  run(script: string): Promise<string>;
  /** Puts a program on the machine's disk, with all that it imports in it. */
  install(path: string, entry: string): Promise<void>;
}

/** Starts an instance that Run Command reaches. */
export async function launchMachine(
  cloud: TestCloud,
  aws: Aws,
  { subnet, groups }: { readonly subnet: string; readonly groups: string[] },
): Promise<Machine> {
  const { Images } = await aws.ec2.describeImages({ Owners: ['amazon'] });
  const { Instances } = await aws.ec2.runInstances({
    ImageId: Images?.[0]?.ImageId,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnet,
    SecurityGroupIds: groups,
    IamInstanceProfile: { Name: await profile(aws) },
  });
  const instanceId = Instances?.[0]?.InstanceId ?? '';
  const machine = machineOf(cloud, aws, instanceId);
  await until(
    'the machine answers',
    30,
    async () => (await machine.run('echo here').catch(() => '')) === 'here',
  );
  return machine;
}

export function machineOf(cloud: TestCloud, aws: Aws, instanceId: string): Machine {
  return {
    instanceId,
    run: (script) => runCommand(aws, instanceId, script),
    async install(path, entry) {
      const file = join(cloud.folder, 'region/disks', instanceId, path);
      mkdirSync(dirname(file), { recursive: true });
      const options = {
        bundle: true,
        platform: 'node',
        format: 'cjs',
        write: false,
        logLevel: 'error',
      } as const;
      const { outputFiles } = await build({ entryPoints: [entry], ...options });
      writeFileSync(file, outputFiles[0]?.text ?? '');
    },
  };
}

const profiles = new WeakMap<Aws, Promise<string>>();

/** The instance profile of all machines of a cloud, made once. */
function profile(aws: Aws): Promise<string> {
  const made = profiles.get(aws) ?? makeProfile(aws);
  profiles.set(aws, made);
  return made;
}

async function makeProfile({ iam }: Aws): Promise<string> {
  const name = 'managed-machine';
  const principal = {
    Effect: 'Allow',
    Principal: { Service: 'ec2.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [principal] });
  await iam.createRole({ RoleName: name, AssumeRolePolicyDocument });
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
  await iam.attachRolePolicy({ RoleName: name, PolicyArn });
  await iam.createInstanceProfile({ InstanceProfileName: name });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: name, RoleName: name });
  return name;
}

async function runCommand({ ssm }: Aws, instanceId: string, script: string): Promise<string> {
  const { Command } = await ssm.sendCommand({
    DocumentName: 'AWS-RunShellScript',
    InstanceIds: [instanceId],
    Parameters: { commands: [`exec 2>&1\n${script}`] },
  });
  const invocation = { CommandId: Command?.CommandId, InstanceId: instanceId };
  const pending = ['Pending', 'InProgress', 'Delayed'];
  for (;;) {
    const { Status = '', StandardOutputContent: text = '' } = await ssm.getCommandInvocation(invocation);
    if (!pending.includes(Status)) return text.trim();
    await pause(20);
  }
}

/** Kills the cloud's daemon by force and starts it again: a power cut. */
export async function powerCut(cloud: TestCloud): Promise<void> {
  const { pid } = JSON.parse(await must(cloud.beanpole('local', 'status', '--json'))) as { pid: number };
  const [daemon] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  process.kill(Number(daemon), 'SIGKILL');
  await until('the cloud is down', 20, async () => {
    const { stdout } = await cloud.beanpole('local', 'status');
    return stdout.includes('is stopped');
  });
  await must(cloud.beanpole('local', 'start'));
}

/** Processes that run in a folder, by what they are called. */
export function processesIn(folder: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return readlinkSync(`/proc/${name}/cwd`) === folder ? [Number(name)] : [];
    } catch {
      return []; // it has ended, or is another user's
    }
  });
}
