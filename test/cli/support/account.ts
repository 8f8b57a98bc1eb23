import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  type LifecycleState,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { SQSClient } from '@aws-sdk/client-sqs';
import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  GetParameterCommand,
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListCommandInvocationsCommand,
  PutParameterCommand,
  SendCommandCommand,
  SSMClient,
  type SendCommandCommandInput,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  type SSMClientResolvedConfig,
} from '@aws-sdk/client-ssm';
import { mockClient, type AwsStub } from 'aws-sdk-client-mock';
import type { Context } from '../../../cli/context.ts';
import { parameters } from '../../../model/names.ts';
import type { EnvironmentDescriptor, Event, InstanceResult } from '../../../model/schemas.ts';
import { commandClock } from './clocks.ts';
import { application } from './fixtures.ts';
import { memoryBucket, type MemoryBucket } from './memory-bucket.ts';

export interface Account {
  readonly context: Context;
  readonly bucket: MemoryBucket;
  /** Systems Manager, for what only one test asks of it. */
  readonly ssm: Mock;
  readonly parameters: Map<string, string>;
  /** Versions of parameters that commands have written, the oldest first. */
  readonly written: Map<string, WrittenParameter[]>;
  /** Instances by Auto Scaling group. */
  readonly groups: Map<string, { id: string; state: LifecycleState }[]>;
  readonly sent: SendCommandCommandInput[];
  readonly events: Event[];
  readonly output: { data: string[]; notes: string[]; json: unknown[] };
  readonly interrupt: AbortController;
  /** What an instance answers to a deploy command. */
  answer: (instanceId: string, command: Readonly<Record<string, string[]>>) => Partial<InstanceResult>;
  add(environment: EnvironmentDescriptor, ...instances: string[]): void;
}

/** An AWS account as the CLI sees it, behind mocked SDK clients. */
export function account(): Account {
  const bucket = memoryBucket();
  const interrupt = new AbortController();
  const output: Account['output'] = { data: [], notes: [], json: [] };
  const same = (text: string) => text;
  const paint = { good: same, bad: same, careful: same, quiet: same, strong: same };
  const note = (text: string) => void output.notes.push(text);
  const clients = {
    s3: bucket.s3,
    ssm: new SSMClient({ region: 'eu-central-1' }),
    autoScaling: new AutoScalingClient({ region: 'eu-central-1' }),
    cloudwatch: new CloudWatchClient({ region: 'eu-central-1' }),
    ec2: new EC2Client({ region: 'eu-central-1' }),
    sqs: new SQSClient({ region: 'eu-central-1' }),
    elbv2: new ElasticLoadBalancingV2Client({ region: 'eu-central-1' }),
    logs: new CloudWatchLogsClient({ region: 'eu-central-1' }),
  };
  const self: Account = {
    context: {
      project: { folder: '/tmp', applications: ['shop'], region: undefined },
      environment: {},
      clients,
      clock: commandClock(),
      ui: {
        data: (text) => void output.data.push(text),
        json: (value) => void output.json.push(value),
        note,
        warn: note,
        next: (command) => {
          note(`Next: ${command}`);
        },
        board: () => ({ row: () => undefined, line: note, close: () => undefined }),
        paint,
        dataPaint: paint,
      },
      terminal: {
        size: () => undefined,
        capture: () => () => undefined,
        show: (bytes) => void output.data.push(bytes.toString()),
        ask: async () => '',
      },
      signal: interrupt.signal,
      user: 'ann@laptop',
      onLeave: () => undefined,
    },
    bucket,
    ssm: mockClient(clients.ssm),
    parameters: new Map([[parameters.application('shop'), JSON.stringify(application)]]),
    written: new Map(),
    groups: new Map(),
    sent: [],
    events: [],
    output,
    interrupt,
    answer: () => ({}),
    add(environment, ...instances) {
      self.parameters.set(parameters.environmentDescriptor(environment), JSON.stringify(environment));
      self.groups.set(
        environment.slots.blue.autoScalingGroup,
        instances.map((id) => ({ id, state: 'InService' })),
      );
    },
  };
  mockParameters(self, self.ssm);
  mockCommands(self, self.ssm);
  mockGroups(self);
  mockLogs(self);
  return self;
}

type Mock = AwsStub<ServiceInputTypes, ServiceOutputTypes, SSMClientResolvedConfig>;

function mockParameters({ parameters: stored, written }: Account, mock: Mock): void {
  mock
    .on(GetParameterCommand)
    .callsFake(({ Name }: { Name: string }) => {
      const Value = stored.get(Name);
      if (Value === undefined) throw Object.assign(new Error(''), { name: 'ParameterNotFound' });
      return { Parameter: { Name, Value } };
    })
    .on(GetParametersByPathCommand)
    .callsFake(({ Path, NextToken }: { Path: string; NextToken?: string }) => {
      // One a page, so that paging is always part of the test.
      const found = [...stored].filter(([name]) => name.startsWith(`${Path}/`));
      const at = Number(NextToken ?? 0);
      const page = found.slice(at, at + 1).map(([Name, Value]) => ({ Name, Value, Version: 3 }));
      return { Parameters: page, ...(at + 1 < found.length && { NextToken: String(at + 1) }) };
    });
  mockProperties(stored, written, mock);
}

export interface WrittenParameter {
  readonly Value: string;
  readonly Type: string;
  readonly Description: string;
}

/** Parameters as a listing shows them, and what a command writes: each version is kept. */
function mockProperties(
  stored: Map<string, string>,
  written: Map<string, WrittenParameter[]>,
  mock: Mock,
): void {
  mock
    .on(DescribeParametersCommand)
    .callsFake(
      ({ ParameterFilters, NextToken }: { ParameterFilters: { Values: string[] }[]; NextToken?: string }) => {
        const path = `${ParameterFilters[0]?.Values[0] ?? ''}/`;
        const plain = [...stored.keys()].map((Name) => ({ Name, Version: 3, Type: 'String' }));
        const own = [...written].map(([Name, versions]) => ({
          Name,
          Version: versions.length,
          ...versions.at(-1),
          Value: undefined,
        }));
        const found = [...plain, ...own].filter(({ Name }) => Name.startsWith(path));
        const at = Number(NextToken ?? 0);
        return {
          Parameters: found.slice(at, at + 1),
          ...(at + 1 < found.length && { NextToken: String(at + 1) }),
        };
      },
    )
    .on(PutParameterCommand)
    .callsFake(({ Name, Value, Type, Description }: WrittenParameter & { Name: string }) => {
      const versions = [...(written.get(Name) ?? []), { Value, Type, Description }];
      written.set(Name, versions);
      return { Version: versions.length };
    })
    .on(GetParametersCommand)
    .callsFake(({ Names }: { Names: string[] }) => ({
      Parameters: Names.map((selector) => {
        const [Name = '', version = '1'] = selector.split(':');
        return {
          Name,
          Version: Number(version),
          Value: written.get(Name)?.[Number(version) - 1]?.Value ?? stored.get(Name),
        };
      }),
    }))
    .on(DeleteParameterCommand)
    .callsFake(({ Name }: { Name: string }) => {
      written.delete(Name);
      return {};
    });
}

function mockCommands(self: Account, mock: Mock): void {
  const commands = new Map<string, SendCommandCommandInput>();
  mock.on(SendCommandCommand).callsFake((input: SendCommandCommandInput) => {
    self.sent.push(input);
    const CommandId = `command-${self.sent.length}`;
    commands.set(CommandId, input);
    return { Command: { CommandId } };
  });
  mock.on(ListCommandInvocationsCommand).callsFake(({ CommandId }: { CommandId: string }) => ({
    CommandInvocations: (commands.get(CommandId)?.InstanceIds ?? []).map((InstanceId) => ({
      CommandId,
      InstanceId,
      Status: 'Success',
    })),
  }));
  mock
    .on(GetCommandInvocationCommand)
    .callsFake(({ CommandId, InstanceId }: { CommandId: string; InstanceId: string }) => {
      const given = commands.get(CommandId)?.Parameters ?? {};
      const versionLabel = given.VersionLabel?.[0] ?? '';
      const result = {
        instanceId: InstanceId,
        outcome: 'Deployed',
        versionLabel,
        deployment: Number(given.Deployment?.[0]),
        serving: versionLabel,
        lastLines: [],
        phases: [],
        ...self.answer(InstanceId, given),
      };
      return {
        InstanceId,
        StatusDetails: 'Success',
        StandardOutputContent: `unpacking\n${JSON.stringify(result)}\n`,
      };
    });
  mock.on(CancelCommandCommand).resolves({});
}

function mockGroups({ context: { clients }, groups }: Account): void {
  mockClient(clients.autoScaling)
    .on(DescribeAutoScalingGroupsCommand)
    .callsFake(({ AutoScalingGroupNames: [groupName = ''] = [] }: { AutoScalingGroupNames?: string[] }) => {
      const instances = groups.get(groupName) ?? [];
      return {
        AutoScalingGroups: [
          {
            MinSize: instances.length,
            MaxSize: instances.length,
            DesiredCapacity: instances.length,
            LaunchTemplate: { Version: '1' },
            Instances: instances.map(({ id, state }) => ({
              InstanceId: id,
              AvailabilityZone: 'eu-central-1a',
              LifecycleState: state,
              LaunchTemplate: { Version: '1' },
            })),
          },
        ],
      };
    });
  mockClient(clients.elbv2)
    .on(DescribeTargetHealthCommand)
    .callsFake(() => ({
      TargetHealthDescriptions: [...groups.values()]
        .flat()
        .map(({ id }) => ({ Target: { Id: id }, TargetHealth: { State: 'healthy' } })),
    }));
}

function mockLogs({ context: { clients }, events }: Account): void {
  mockClient(clients.logs)
    .on(CreateLogStreamCommand)
    .resolves({})
    .on(PutLogEventsCommand)
    .callsFake(({ logEvents = [] }: { logEvents?: { message: string }[] }) => {
      events.push(...logEvents.map(({ message }) => JSON.parse(message) as Event));
      return {};
    });
}
