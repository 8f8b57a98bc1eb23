import type {
  CommandFilter,
  ListCommandInvocationsCommandInput,
  ListCommandInvocationsCommandOutput,
  ListCommandsCommandInput,
  ListCommandsCommandOutput,
} from '@aws-sdk/client-ssm';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import { isOver } from './command-plan.ts';
import { commandView, invocationView } from './command-views.ts';
import { findCommand } from './commands.ts';
import { invalidNextToken } from './errors.ts';
import { checkSize } from './parameters.ts';
import type { SsmState, StoredCommand, StoredInvocation } from './state.ts';

/** Looking over past and running commands, the newest first. */
export function commandLists(state: SsmState) {
  const invocationsOf = ({ id, targetIds }: StoredCommand): StoredInvocation[] =>
    targetIds
      .map((instanceId) => state.invocations.get(`${id}/${instanceId}`))
      .filter((found) => found !== undefined);

  const choose = (commandId: string | undefined, filters: readonly CommandFilter[] = []): StoredCommand[] =>
    (commandId === undefined ? [...state.commands.values()] : [findCommand(state, commandId)])
      .filter((command) => filters.every((filter) => passes(command, filter)))
      .reverse();

  return {
    async ListCommands(input: ListCommandsCommandInput): Promise<Answer<ListCommandsCommandOutput>> {
      const { InstanceId: instanceId } = input;
      const all = choose(input.CommandId, input.Filters).filter(
        ({ targetIds }) => instanceId === undefined || targetIds.includes(instanceId),
      );
      const { items, nextToken } = page(
        all,
        checkSize(input.MaxResults, 50),
        input.NextToken,
        invalidNextToken,
      );
      return {
        Commands: items.map((command) => commandView(command, invocationsOf(command))),
        ...(nextToken && { NextToken: nextToken }),
      };
    },

    async ListCommandInvocations(
      input: ListCommandInvocationsCommandInput,
    ): Promise<Answer<ListCommandInvocationsCommandOutput>> {
      const { InstanceId: instanceId } = input;
      const all = choose(
        input.CommandId,
        input.Filters?.filter(({ key }) => key !== 'Status'),
      ).flatMap((command) => invocationsOf(command).map((invocation) => ({ command, invocation })));
      const statuses = input.Filters?.filter(({ key }) => key === 'Status').map(({ value }) => value);
      const chosen = all.filter(
        ({ invocation }) =>
          (instanceId === undefined || invocation.instanceId === instanceId) &&
          (statuses ?? []).every((status) => status === invocation.status),
      );
      const { items, nextToken } = page(
        chosen,
        checkSize(input.MaxResults, 50),
        input.NextToken,
        invalidNextToken,
      );
      return {
        CommandInvocations: items.map(({ command, invocation }) =>
          invocationView(command, invocation, input.Details ?? false),
        ),
        ...(nextToken && { NextToken: nextToken }),
      };
    },
  };
}

function passes(command: StoredCommand, { key, value = '' }: CommandFilter): boolean {
  switch (key) {
    case 'InvokedAfter':
      return command.requested > Date.parse(value);
    case 'InvokedBefore':
      return command.requested < Date.parse(value);
    case 'Status':
      return command.status === value;
    case 'DocumentName':
      return command.documentName === value;
    case 'ExecutionStage':
      return (value === 'Complete') === isOver(command);
    default:
      throw new AwsError('InvalidFilterKey', `The specified key isn't valid: ${String(key)}.`);
  }
}
