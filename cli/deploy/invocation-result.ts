import type { GetCommandInvocationResult } from '@aws-sdk/client-ssm';
import { instanceResult, type InstanceResult } from '../../model/schemas.ts';
import type { Delivery } from './fleet.ts';

type Ended = Pick<
  GetCommandInvocationResult,
  'InstanceId' | 'StatusDetails' | 'StandardOutputContent' | 'StandardErrorContent'
>;

/** Why there is no result of the agent, by Run Command's own detailed status. */
const withoutResult: Record<string, string> = {
  DeliveryTimedOut: 'did not take the command in time: is it running, and does it reach Systems Manager?',
  ExecutionTimedOut: 'the deployment took longer than its time limit',
  Undeliverable: 'Run Command could not reach it: it is stopped or terminated',
  Terminated: 'Run Command did not send it: too many other instances had failed',
  Cancelled: 'the command was cancelled',
  AccessDenied: 'Run Command was denied access to it',
};

/** The agent's last line is its result; an invocation without one failed before or around the agent. */
export function readInvocation(invocation: Ended, { pointer, deployment }: Delivery): InstanceResult {
  const {
    InstanceId = '',
    StatusDetails = '',
    StandardOutputContent = '',
    StandardErrorContent = '',
  } = invocation;
  const parsed = instanceResult.safeParse(parseLine(lastLines(StandardOutputContent, 1)[0] ?? ''));
  if (parsed.success) return parsed.data;
  const output = lastLines(StandardErrorContent || StandardOutputContent, 20);
  const reason =
    withoutResult[StatusDetails.replaceAll(' ', '')] ??
    `the agent ended without a result (${StatusDetails || 'no status'})`;
  return {
    instanceId: InstanceId,
    outcome: 'Failed',
    versionLabel: pointer.versionLabel,
    deployment,
    serving: null,
    reason,
    lastLines: output,
    phases: [],
  };
}

const lastLines = (text: string, count: number): string[] =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count);

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
