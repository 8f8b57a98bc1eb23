/** Starts, kills and asks an agent inside the sandbox, as the machine's init and Run Command do. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { instancePaths, keys, parameters } from '../../../model/names.ts';
import type {
  ConfigurationSnapshot,
  CurrentPointer,
  InstanceDescriptor,
  InstanceResult,
} from '../../../model/schemas.ts';
import { bundleAgent } from '../../../agent/bundle.ts';
import { StateFile } from '../../../agent/state.ts';
import type { SourceBundle } from './bundles.ts';
import { FakeAws } from './fake-aws.ts';

export const environmentName = { application: 'shop', stack: 'dev', environment: 'web' };
const awsPort = 4566;

export const webDescriptor: InstanceDescriptor = {
  ...environmentName,
  region: 'eu-central-1',
  tier: 'WebServer',
  type: 'LoadBalanced',
  platform: 'nodejs',
  bucket: 'bucket',
  healthCheckPath: '/health',
  startTimeoutSeconds: 10,
  drainTimeoutSeconds: 5,
};

/** With Elastic Beanstalk's defaults for the daemon. */
export const workerDescriptor: InstanceDescriptor = {
  ...webDescriptor,
  tier: 'Worker',
  workerDaemon: {
    queueUrl: 'http://127.0.0.1:4566/123456789012/jobs',
    deadLetterQueueUrl: 'http://127.0.0.1:4566/123456789012/dead',
    httpPath: '/jobs',
    mimeType: 'application/json',
    httpConnections: 50,
    connectTimeoutSeconds: 5,
    inactivityTimeoutSeconds: 299,
    visibilityTimeoutSeconds: 300,
    errorVisibilityTimeoutSeconds: 2,
    retentionPeriodSeconds: 345_600,
    maxRetries: 10,
  },
};

export const noConfiguration: ConfigurationSnapshot = { properties: {}, parameters: [] };

export interface Order {
  readonly deployment: number;
  readonly token: number;
  readonly version: string;
  readonly bundle: SourceBundle;
  readonly configuration?: ConfigurationSnapshot;
  readonly stage?: 'release';
}

export class Machine {
  readonly aws: FakeAws;
  #agent: ChildProcess | undefined;

  constructor(aws: FakeAws) {
    this.aws = aws;
  }

  static async create(descriptor: InstanceDescriptor): Promise<Machine> {
    const aws = new FakeAws();
    await aws.listen(awsPort);
    aws.parameters.set(parameters.instanceDescriptor(environmentName), JSON.stringify(descriptor));
    await mkdir('/opt/beanpole', { recursive: true });
    await writeFile(instancePaths.agent, (await bundleAgent()).bytes);
    return new Machine(aws);
  }

  /** Takes the machine down: agent, nginx, application, disk. */
  async destroy(): Promise<void> {
    const { live, nginx } = await StateFile.open(path.join(instancePaths.state, 'state.json'), 0).then(
      ({ value }) => value,
    );
    await this.endAgent('SIGKILL');
    for (const { pid } of [...(live?.processes ?? []), ...(nginx ? [nginx] : [])])
      process.kill(-pid, 'SIGKILL');
    await Promise.all(
      [instancePaths.state, instancePaths.releases, instancePaths.logs].map((folder) =>
        rm(folder, { recursive: true, force: true }),
      ),
    );
    await this.aws.close();
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${awsPort}`,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${awsPort}`,
      AWS_REGION: 'eu-central-1',
      BEANPOLE_DESCRIPTOR: parameters.instanceDescriptor(environmentName),
      BEANPOLE_SLOT: 'blue',
    };
  }

  get agentPid(): number {
    return this.#agent?.pid ?? 0;
  }

  startAgent(): void {
    const output = process.env.AGENT_OUTPUT === undefined ? 'ignore' : 'inherit';
    this.#agent = spawn(process.execPath, [instancePaths.agent, 'run'], {
      env: this.environment,
      stdio: ['ignore', output, 'inherit'],
    });
  }

  async endAgent(signal: NodeJS.Signals): Promise<void> {
    const agent = this.#agent;
    if (agent?.exitCode !== null || agent.signalCode !== null) return;
    const exited = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill(signal);
    await exited;
  }

  publish({ bytes, key }: SourceBundle): void {
    this.aws.objects.set(`bucket/${key}`, bytes);
  }

  point(slot: CurrentPointer['slots']['blue']): void {
    const pointer: CurrentPointer = { active: 'blue', slots: { blue: slot, green: null } };
    this.aws.objects.set(`bucket/${keys.current(environmentName)}`, Buffer.from(JSON.stringify(pointer)));
  }

  deploy(order: Order): Promise<{ code: number; result: InstanceResult; progress: string }> {
    this.publish(order.bundle);
    const configuration = Buffer.from(JSON.stringify(order.configuration ?? noConfiguration)).toString(
      'base64',
    );
    const argv = [
      ...[
        instancePaths.agent,
        'deploy',
        '--deployment',
        String(order.deployment),
        '--token',
        String(order.token),
      ],
      ...['--bundle-key', order.bundle.key, '--sha256', order.bundle.sha256, '--version', order.version],
      ...['--configuration', configuration],
      ...(order.stage ? ['--stage', order.stage] : []),
    ];
    return new Promise((resolve, reject) => {
      execFile(process.execPath, argv, { env: this.environment }, (error, stdout, progress) => {
        const line = stdout.trim().split('\n').at(-1) ?? '';
        try {
          const code = typeof error?.code === 'number' ? error.code : 0;
          resolve({ code, result: JSON.parse(line) as InstanceResult, progress });
        } catch {
          reject(new Error(`deploy printed no result: ${stdout} ${progress}`));
        }
      });
    });
  }

  async status(): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      execFile(
        process.execPath,
        [instancePaths.agent, 'status'],
        { env: this.environment },
        (error, stdout) => {
          if (error) reject(new Error(error.message));
          else resolve(JSON.parse(stdout) as Record<string, unknown>);
        },
      );
    });
  }
}
