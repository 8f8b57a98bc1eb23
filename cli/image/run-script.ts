import {
  GetCommandInvocationCommand,
  SendCommandCommand,
  type GetCommandInvocationCommandOutput,
} from '@aws-sdk/client-ssm';
import type { Context } from '../context.ts';
import { exitCodes, UserError } from '../errors.ts';
import type { Board } from '../ui/board.ts';
import { waitFor } from './wait.ts';

const shownLines = 15;
/** On AWS an instance registers within a minute or two. */
const registrationSeconds = 600;
const running = new Set(['Pending', 'InProgress', 'Delayed', 'Cancelling']);

export interface Script {
  /** As a row of the board: `i-1 installs what an instance needs`. */
  readonly what: string;
  readonly text: string;
  readonly seconds: number;
  readonly next: string;
}

/** Starts a script on a machine as soon as Systems Manager reaches it; the answer identifies the run. */
export const startScript = (
  context: Context,
  board: Board,
  instanceId: string,
  script: Script,
): Promise<string> =>
  waitFor(context, board, {
    what: `${instanceId} boots and registers with Systems Manager`,
    seconds: registrationSeconds,
    next: script.next,
    async look() {
      const id = await send(context, instanceId, script);
      return id === undefined ? undefined : { done: id };
    },
  });

/** Runs a script to its end; one that fails is told with its last lines. */
export async function runScript(
  context: Context,
  board: Board,
  instanceId: string,
  script: Script,
): Promise<void> {
  const { what, seconds, next } = script;
  const commandId = await startScript(context, board, instanceId, script);
  const ended = await waitFor(context, board, {
    what,
    seconds: seconds + 60,
    next,
    async look() {
      const invocation = await lookAt(context, commandId, instanceId);
      return !invocation || running.has(invocation.Status ?? 'Pending') ? undefined : { done: invocation };
    },
  });
  if (ended.Status !== 'Success') throw failed(script, ended);
}

/** Undefined: the machine has not registered yet. */
async function send(
  { clients: { ssm } }: Context,
  instanceId: string,
  { text, seconds }: Script,
): Promise<string | undefined> {
  try {
    const { Command } = await ssm.send(
      new SendCommandCommand({
        DocumentName: 'AWS-RunShellScript',
        InstanceIds: [instanceId],
        Parameters: { commands: text.split('\n'), executionTimeout: [String(seconds)] },
        Comment: 'beanpole image create',
      }),
    );
    return Command?.CommandId;
  } catch (error) {
    if ((error as Error).name === 'InvalidInstanceId') return undefined;
    throw error;
  }
}

/** Undefined: Run Command knows a command a moment before it knows its invocations. */
async function lookAt(
  { clients: { ssm } }: Context,
  CommandId: string,
  InstanceId: string,
): Promise<GetCommandInvocationCommandOutput | undefined> {
  try {
    return await ssm.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));
  } catch (error) {
    if ((error as Error).name === 'InvocationDoesNotExist') return undefined;
    throw error;
  }
}

function failed({ what, next }: Script, invocation: GetCommandInvocationCommandOutput): UserError {
  const { StandardOutputContent: out = '', StandardErrorContent: err = '' } = invocation;
  const lines = `${out}\n${err}`.trim().split('\n').slice(-shownLines);
  return new UserError(`${what}: ${invocation.StatusDetails ?? 'it failed'}.`, {
    exitCode: exitCodes.rolledBack,
    now: lines.map((line) => `  ${line}`),
    next,
  });
}
