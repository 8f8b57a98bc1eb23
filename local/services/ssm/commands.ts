import { randomUUID } from 'node:crypto';
import type {
  CancelCommandCommandInput,
  GetCommandInvocationCommandInput,
  GetCommandInvocationCommandOutput,
  SendCommandCommandInput,
  SendCommandCommandOutput,
} from '@aws-sdk/client-ssm';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import type { Delivery } from './command-delivery.ts';
import { checkRequest, chooseInstances } from './command-request.ts';
import { commandView, resultView } from './command-views.ts';
import { readContent } from './document-content.ts';
import { readySteps } from './document-run.ts';
import { contentHash, findDocument, findVersion } from './document-views.ts';
import type { Nodes } from './nodes.ts';
import type { SsmState, StoredCommand, StoredInvocation } from './state.ts';

const kept = 30 * 24 * 3600 * 1000;

/** Run Command: sending, following and cancelling. */
export function commandOperations(parts: Parts, state: SsmState, nodes: Nodes, delivery: Delivery) {
  return {
    async SendCommand(input: SendCommandCommandInput): Promise<Answer<SendCommandCommandOutput>> {
      const timeoutSeconds = checkRequest(input);
      const { name, version, executionSeconds } = chooseDocument(state, input);
      const targetIds = await chooseInstances(input, nodes, parts);
      forgetOld(state, parts.clock.now() - kept);
      const now = parts.clock.now();
      const command: StoredCommand = {
        id: randomUUID(),
        documentName: name,
        documentVersion: version,
        comment: input.Comment ?? '',
        parameters: input.Parameters ?? {},
        instanceIds: input.InstanceIds ?? [],
        targets: (input.Targets ?? []).map(({ Key = '', Values = [] }) => ({ Key, Values })),
        requested: now,
        expires: now + (timeoutSeconds + executionSeconds) * 1000,
        timeoutSeconds,
        maxConcurrency: input.MaxConcurrency ?? '50',
        maxErrors: input.MaxErrors ?? '0',
        targetIds,
        cancelling: false,
        status: 'Pending',
        statusDetails: 'Pending',
      };
      const invocations = targetIds.map((instanceId) => newInvocation(command.id, instanceId));
      state.commands.set(command.id, command);
      for (const invocation of invocations)
        state.invocations.set(`${command.id}/${invocation.instanceId}`, invocation);
      const answer = commandView(command, invocations);
      delivery.begin(command.id);
      return { Command: answer };
    },

    async CancelCommand(input: CancelCommandCommandInput): Promise<Record<string, never>> {
      const command = findCommand(state, input.CommandId ?? '');
      const ids = input.InstanceIds ?? [];
      if (new Set(ids).size < ids.length)
        throw new AwsError('DuplicateInstanceId', "You can't specify an instance ID more than once.");
      const unknown = ids.filter((id) => !command.targetIds.includes(id));
      if (unknown.length > 0)
        throw new AwsError('InvalidInstanceId', `The command was not sent to: ${unknown.join(', ')}.`);
      delivery.cancel(command.id, ids);
      return {};
    },

    async GetCommandInvocation(
      input: GetCommandInvocationCommandInput,
    ): Promise<Answer<GetCommandInvocationCommandOutput>> {
      const command = state.commands.get(input.CommandId ?? '');
      const invocation = state.invocations.get(`${input.CommandId ?? ''}/${input.InstanceId ?? ''}`);
      if (!command || !invocation) {
        throw new AwsError(
          'InvocationDoesNotExist',
          'The command ID and managed node ID you specified did not match any invocations. Verify the command ID and the managed node ID and try again.',
        );
      }
      if (input.PluginName === undefined) return resultView(command, invocation);
      const step = invocation.steps.find(({ name }) => name === input.PluginName);
      if (!step) throw new AwsError('InvalidPluginName', `The plugin name isn't valid: ${input.PluginName}.`);
      return resultView(command, invocation, step);
    },
  };
}

export function findCommand(state: SsmState, id: string): StoredCommand {
  const found = state.commands.get(id);
  if (!found)
    throw new AwsError(
      'InvalidCommandId',
      `The command ID isn't valid: ${id}. Verify the command ID and try again.`,
    );
  return found;
}

/** The document a command runs, checked against the parameters that were given for it. */
function chooseDocument(
  state: SsmState,
  input: SendCommandCommandInput,
): { name: string; version: string; executionSeconds: number } {
  const document = findDocument(state, input.DocumentName ?? '');
  const { version, content, format } = findVersion(document, input.DocumentVersion);
  if (input.DocumentHashType === 'Sha1')
    throw new AwsError('InvalidDocument', 'The hash of a document is of type Sha256.');
  if (input.DocumentHash !== undefined && input.DocumentHash !== contentHash(content)) {
    throw new AwsError(
      'InvalidDocument',
      `The content of ${document.name} version ${version} does not have the hash ${input.DocumentHash}.`,
    );
  }
  const steps = readySteps(readContent(content, format), input.Parameters ?? {});
  return {
    name: document.name,
    version,
    executionSeconds: steps.reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds, 0),
  };
}

const newInvocation = (commandId: string, instanceId: string): StoredInvocation => ({
  commandId,
  instanceId,
  status: 'Pending',
  statusDetails: 'Pending',
  steps: [],
});

/** The history of commands lasts thirty days. */
function forgetOld(state: SsmState, before: number): void {
  for (const { id, targetIds } of [...state.commands.values()].filter(
    ({ requested }) => requested < before,
  )) {
    for (const instanceId of targetIds) state.invocations.delete(`${id}/${instanceId}`);
    state.commands.delete(id);
  }
}
