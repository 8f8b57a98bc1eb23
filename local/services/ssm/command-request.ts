import type { SendCommandCommandInput, Target } from '@aws-sdk/client-ssm';
import { AwsError } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { concurrencyPattern, errorsPattern } from './command-plan.ts';
import { invalidInstances, notBacked, validation } from './errors.ts';
import type { Nodes } from './nodes.ts';

/** Checks of SendCommand, and whom a command is for. */

const defaultTimeout = 3600;
const minimumTimeout = 30;
const maximumTimeout = 2_592_000;

/** The delivery time-out in seconds, after all that AWS checks first. */
export function checkRequest(input: SendCommandCommandInput): number {
  for (const member of [
    'OutputS3BucketName',
    'OutputS3KeyPrefix',
    'OutputS3Region',
    'NotificationConfig',
    'ServiceRoleArn',
    'AlarmConfiguration',
  ] as const) {
    if (input[member] !== undefined) throw notBacked(member);
  }
  if (input.CloudWatchOutputConfig?.CloudWatchOutputEnabled) throw notBacked('CloudWatchOutputConfig');
  checkPattern('maxConcurrency', input.MaxConcurrency, concurrencyPattern);
  checkPattern('maxErrors', input.MaxErrors, errorsPattern);
  if ((input.Comment ?? '').length > 100)
    throw validation(
      "1 validation error detected: Value at 'comment' failed to satisfy constraint: Member must have length less than or equal to 100",
    );
  const seconds = input.TimeoutSeconds ?? defaultTimeout;
  if (seconds < minimumTimeout || seconds > maximumTimeout) {
    throw validation(
      `1 validation error detected: Value '${seconds}' at 'timeoutSeconds' failed to satisfy constraint: Member must have value between ${minimumTimeout} and ${maximumTimeout}`,
    );
  }
  return seconds;
}

function checkPattern(member: string, value: string | undefined, pattern: RegExp): void {
  if (value === undefined || pattern.test(value)) return;
  throw validation(
    `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
  );
}

/** The instances that a command goes to. */
export async function chooseInstances(
  input: SendCommandCommandInput,
  nodes: Nodes,
  { account }: Parts,
): Promise<string[]> {
  const ids = input.InstanceIds ?? [];
  const targets = input.Targets ?? [];
  if (ids.length > 0 === targets.length > 0) {
    throw new AwsError('InvalidTarget', 'Specify either InstanceIds or Targets, and not both.');
  }
  return ids.length > 0 ? namedInstances(ids, nodes, account) : targetInstances(targets, nodes);
}

async function namedInstances(ids: readonly string[], nodes: Nodes, account: string): Promise<string[]> {
  if (ids.length > 50)
    throw validation(
      "1 validation error detected: Value at 'instanceIds' failed to satisfy constraint: Member must have length less than or equal to 50",
    );
  if (new Set(ids).size < ids.length)
    throw new AwsError(
      'DuplicateInstanceId',
      "You can't specify an instance ID in more than one association.",
    );
  const managed = new Set((await nodes.list()).map(({ instanceId }) => instanceId));
  const unknown = ids.filter((id) => !managed.has(id));
  if (unknown.length > 0) throw invalidInstances(unknown, account);
  return [...ids];
}

/** Values of one key are alternatives; several keys must all hold. */
async function targetInstances(targets: readonly Target[], nodes: Nodes): Promise<string[]> {
  if (targets.length > 5)
    throw validation(
      "1 validation error detected: Value at 'targets' failed to satisfy constraint: Member must have length less than or equal to 5",
    );
  const filters = targets.map(({ Key: key = '', Values: values = [] }) => {
    if (values.length < 1 || values.length > 50)
      throw new AwsError('InvalidTarget', `The target ${key} must have from 1 to 50 values.`);
    if (key === 'InstanceIds') return { Name: 'instance-id', Values: [...values] };
    if (key.startsWith('tag:')) return { Name: key, Values: [...values] };
    throw new AwsError(
      'InvalidTarget',
      `The target is not valid: ${key}. Allowed are InstanceIds and tag:<key>.`,
    );
  });
  return (await nodes.list(filters)).map(({ instanceId }) => instanceId);
}
