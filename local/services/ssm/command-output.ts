import type { CommandInvocationStatus } from '@aws-sdk/client-ssm';
import type { StoredInvocation, StoredStep } from './state.ts';

/** What Systems Manager keeps of a command's output. */

const marker = '--output truncated--';
export const stdoutLimit = 24_000;
export const stderrLimit = 8_000;
const detailLimit = 2_500;

/** Shortens a text to a limit, the marker included. */
export const truncate = (text: string, limit: number): string =>
  text.length <= limit ? text : text.slice(0, limit - marker.length) + marker;

/** Both streams as ListCommandInvocations shows them. */
export function combinedOutput({ stdout, stderr }: Pick<StoredStep, 'stdout' | 'stderr'>): string {
  const joined = stderr === '' ? stdout : `${stdout}\n----------ERROR-------\n${stderr}`;
  return truncate(joined, detailLimit);
}

/** An invocation as a whole: the first step that did not succeed decides. */
export function overall(steps: readonly StoredStep[]): {
  status: CommandInvocationStatus;
  statusDetails: string;
} {
  const decisive = steps.find(({ status }) => status !== 'Success');
  return decisive
    ? { status: decisive.status, statusDetails: decisive.statusDetails }
    : { status: 'Success', statusDetails: 'Success' };
}

/** The response code of an invocation: of its last step that ran; -1 when none has. */
export const responseCode = ({ steps }: StoredInvocation): number =>
  steps.find(({ responseCode: code }) => code > 0)?.responseCode ?? steps.at(-1)?.responseCode ?? -1;

/** `PT1.234S`, as GetCommandInvocation reports an elapsed time. */
export const isoDuration = (milliseconds: number): string => `PT${milliseconds / 1000}S`;
