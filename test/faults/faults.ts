import { readFileSync } from 'node:fs';
import type { DeploymentTask } from '../../model/schemas.ts';
import { until } from '../support/client.ts';
import { must } from '../support/cloud.ts';
import { processesOn } from '../support/instance-processes.ts';
import type { Command, Moment } from './watched-record.ts';
import type { Stage } from './stage.ts';

/** A deployment that is under way. */
export interface Scene {
  readonly stage: Stage;
  readonly command: Command;
  /** What the step does at whose moment the fault comes. */
  readonly task: DeploymentTask;
  /** Instances that there were before. */
  readonly before: ReadonlySet<string>;
  /** The version that is being deployed. */
  readonly version: string;
}

export interface Fault {
  readonly title: string;
  /** At which moment of a step it comes. */
  readonly moment: (task: DeploymentTask) => Moment;
  readonly inject: (scene: Scene) => Promise<void>;
  /** What is killed is there already: the command waits for it. Else it is waited for while the command goes on. */
  readonly isAtOnce: boolean;
  /** The command does not live to see the end. */
  readonly endsCommand: boolean;
  /** For how many seconds requests to what was killed may be lost; undefined: there is nobody to ask. */
  readonly losesForSeconds: number | undefined;
}

const asItBegins = (): Moment => 'begins';
/** While instances are busy with what the step has sent them. */
const inTheMiddle = ({ action }: DeploymentTask): Moment => (action === 'Deploy' ? 'in flight' : 'begins');

export const faults: readonly Fault[] = [
  {
    title: 'the command is killed before it',
    moment: asItBegins,
    inject: ({ command }) => killed(command, 'SIGKILL'),
    isAtOnce: true,
    endsCommand: true,
    losesForSeconds: 0,
  },
  {
    title: 'the command is killed after it',
    moment: () => 'ends',
    inject: ({ command }) => killed(command, 'SIGKILL'),
    isAtOnce: true,
    endsCommand: true,
    losesForSeconds: 0,
  },
  {
    title: 'Ctrl-C',
    moment: inTheMiddle,
    inject: ({ command }) => killed(command, 'SIGINT'),
    isAtOnce: true,
    endsCommand: false,
    losesForSeconds: 0,
  },
  {
    title: 'the agent is killed',
    moment: inTheMiddle,
    inject: async (scene) => {
      const victim = await victimOf(scene);
      await kill('the agent runs', () => processesOn(scene.stage.cloud.folder, victim, 'agent.mjs run'));
    },
    isAtOnce: false,
    endsCommand: false,
    losesForSeconds: 0,
  },
  {
    title: 'the new process is killed',
    moment: inTheMiddle,
    inject: async (scene) => {
      const isNewComing = scene.task.action === 'Deploy' || scene.task.action === 'AwaitInstances';
      const found = newProcesses(scene);
      if (isNewComing) await kill('a new process runs', () => newProcesses(scene).slice(0, 1));
      else if (found.length > 0) await kill('a new process runs', () => found.slice(0, 1));
      else await kill('a process runs', () => serving(scene, [...scene.before]).slice(0, 1));
    },
    isAtOnce: false,
    endsCommand: false,
    losesForSeconds: 10,
  },
  {
    title: 'an instance dies',
    moment: inTheMiddle,
    inject: async (scene) => {
      await scene.stage.aws.ec2.terminateInstances({ InstanceIds: [await victimOf(scene)] });
    },
    isAtOnce: false,
    endsCommand: false,
    losesForSeconds: 20,
  },
  {
    title: 'the cloud is killed',
    moment: inTheMiddle,
    inject: async ({ stage: { cloud } }) => {
      const status = await must(cloud.beanpole('local', 'status', '--json'));
      const { pid } = JSON.parse(status) as { pid: number };
      const [daemon] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
      process.kill(Number(daemon), 'SIGKILL');
    },
    isAtOnce: true,
    endsCommand: true,
    losesForSeconds: undefined,
  },
];

function killed(command: Command, signal: NodeJS.Signals): Promise<void> {
  command.kill(signal);
  return Promise.resolve();
}

/** Somebody whom the step is about: of its batch, or just launched by it; else anybody. */
async function victimOf({ stage, before, task }: Scene): Promise<string> {
  const isLaunching = task.action === 'AwaitInstances';
  let victim: string | undefined;
  await until('there is an instance to kill', 20, async () => {
    const present = await stage.instances();
    const added = present.find((id) => !before.has(id));
    const ofBatch = task.action === 'Deploy' ? task.instanceIds?.[0] : undefined;
    victim = ofBatch ?? added ?? (isLaunching ? undefined : present[0]);
    return victim !== undefined;
  });
  return victim ?? '';
}

const serving = ({ stage: { cloud } }: Scene, instances: readonly string[]): number[] =>
  instances.flatMap((id) => processesOn(cloud.folder, id, 'server.js'));

/** Processes of the new version, or of an instance that has just been launched. */
function newProcesses(scene: Scene): number[] {
  const { stage, before, version } = scene;
  const instances = stage.disks();
  const onOld = serving(
    scene,
    instances.filter((id) => before.has(id)),
  );
  const onNew = serving(
    scene,
    instances.filter((id) => !before.has(id)),
  );
  return [...onNew, ...onOld.filter((pid) => environmentOf(pid).includes(`VERSION_LABEL=${version}\0`))];
}

async function kill(what: string, find: () => readonly number[]): Promise<void> {
  await until(what, 30, () => {
    const found = find();
    for (const pid of found) process.kill(pid, 'SIGKILL');
    return Promise.resolve(found.length > 0);
  });
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return ''; // It has ended.
  }
}
