import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  type CommandInvocation,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { keys, type EnvironmentName, type Slot } from '../../model/names.ts';
import { healthReport, type EnvironmentDescriptor, type InstanceResult } from '../../model/schemas.ts';
import type { Clients } from '../aws/clients.ts';
import type { Documents } from '../aws/documents.ts';
import { observeGroup } from './aws-group.ts';
import { NotRegisteredError, type Delivery, type Fleet, type Invocation } from './fleet.ts';
import { readInvocation } from './invocation-result.ts';
import { deliverySeconds } from './steps/deliver.ts';

/** Run Command takes at most so many instance ids in one call. */
const idsPerCommand = 50;
const running = new Set(['Pending', 'InProgress', 'Delayed', 'Cancelling']);

/** A slot's instances: Auto Scaling lists them, Run Command reaches them, ELB judges them. */
export function createFleet(
  clients: Clients,
  documents: Documents,
  environment: EnvironmentDescriptor,
  slot: Slot,
): Fleet {
  const { autoScalingGroup, targetGroupArn } = environment.slots[slot];
  const ended = new Map<string, InstanceResult>();
  return {
    async list() {
      const { instances, size } = await observeGroup(clients.autoScaling, autoScalingGroup);
      return { instances, desired: size.desiredCapacity };
    },
    async send(ids, delivery) {
      const chunks = chunksOf(ids, idsPerCommand);
      return (
        await Promise.all(chunks.map((chunk) => sendCommand(clients.ssm, environment, chunk, delivery)))
      ).join(' ');
    },
    async invocations(commandId, delivery) {
      const lists = await Promise.all(commandId.split(' ').map((id) => listInvocations(clients.ssm, id)));
      return Promise.all(
        lists.flat().map((invocation) => toInvocation(clients.ssm, ended, invocation, delivery)),
      );
    },
    async cancel(commandId) {
      await Promise.all(
        commandId.split(' ').map((CommandId) => clients.ssm.send(new CancelCommandCommand({ CommandId }))),
      );
    },
    async targetHealth(ids) {
      if (targetGroupArn === undefined)
        return new Map(ids.map((id) => [id, { state: 'healthy', reason: undefined }]));
      const { TargetHealthDescriptions = [] } = await clients.elbv2.send(
        new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }),
      );
      return new Map(
        TargetHealthDescriptions.map(({ Target, TargetHealth }) => [
          Target?.Id ?? '',
          {
            state: TargetHealth?.State ?? 'unused',
            reason: TargetHealth?.Description ?? TargetHealth?.Reason,
          },
        ]),
      );
    },
    report: (id) => readReport(documents, environment, id),
  };
}

export const readReport = async (documents: Documents, name: EnvironmentName, id: string) =>
  (await documents.read(keys.health(name, id), healthReport))?.value;

async function sendCommand(
  ssm: SSMClient,
  environment: EnvironmentDescriptor,
  ids: readonly string[],
  delivery: Delivery,
): Promise<string> {
  const { pointer, deployment, fencingToken, timeoutSeconds, comment, stage } = delivery;
  const Parameters = {
    Deployment: [String(deployment)],
    FencingToken: [String(fencingToken)],
    BundleKey: [pointer.bundle.key],
    Sha256: [pointer.bundle.sha256],
    VersionLabel: [pointer.versionLabel],
    Configuration: [Buffer.from(JSON.stringify(pointer.configuration)).toString('base64')],
    Timeout: [String(timeoutSeconds)],
    ...(stage && { Stage: [`--stage ${stage}`] }),
  };
  try {
    const { Command } = await ssm.send(
      new SendCommandCommand({
        DocumentName: environment.deployDocument,
        InstanceIds: [...ids],
        Parameters,
        TimeoutSeconds: deliverySeconds,
        Comment: comment,
        // Every instance is judged by its own result: one failure must not keep the command from the others.
        MaxConcurrency: '100%',
        MaxErrors: '100%',
      }),
    );
    return Command?.CommandId ?? '';
  } catch (error) {
    if ((error as Error).name === 'InvalidInstanceId') throw new NotRegisteredError(ids, error);
    throw error;
  }
}

async function listInvocations(ssm: SSMClient, CommandId: string): Promise<CommandInvocation[]> {
  const found: CommandInvocation[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ssm.send(
      new ListCommandInvocationsCommand({ CommandId, ...(NextToken && { NextToken }) }),
    );
    found.push(...(page.CommandInvocations ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

/** The listing cuts output short, so that the result of an ended invocation is fetched by itself, once. */
async function toInvocation(
  ssm: SSMClient,
  ended: Map<string, InstanceResult>,
  { CommandId = '', InstanceId = '', Status = 'Pending' }: CommandInvocation,
  delivery: Delivery,
): Promise<Invocation> {
  if (running.has(Status)) return { instanceId: InstanceId, status: Status };
  const key = `${CommandId} ${InstanceId}`;
  const known = ended.get(key);
  if (known) return { instanceId: InstanceId, status: Status, result: known };
  const invocation = await ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));
  const result = readInvocation(invocation, delivery);
  ended.set(key, result);
  return { instanceId: InstanceId, status: Status, result };
}

const chunksOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, chunk) =>
    items.slice(chunk * size, (chunk + 1) * size),
  );
