import type {
  Command,
  CommandInvocation,
  CommandPlugin,
  GetCommandInvocationResult,
} from '@aws-sdk/client-ssm';
import { combinedOutput, isoDuration, responseCode } from './command-output.ts';
import { countErrors, isOver } from './command-plan.ts';
import type { StoredCommand, StoredInvocation, StoredStep } from './state.ts';

/** How commands look in answers. */

export const commandView = (command: StoredCommand, invocations: readonly StoredInvocation[]): Command => ({
  CommandId: command.id,
  DocumentName: command.documentName,
  DocumentVersion: command.documentVersion,
  Comment: command.comment,
  ExpiresAfter: new Date(command.expires),
  Parameters: command.parameters,
  InstanceIds: command.instanceIds,
  Targets: command.targets,
  RequestedDateTime: new Date(command.requested),
  Status: command.status,
  StatusDetails: command.statusDetails,
  MaxConcurrency: command.maxConcurrency,
  MaxErrors: command.maxErrors,
  TargetCount: invocations.length,
  CompletedCount: invocations.filter(isOver).length,
  ErrorCount: countErrors(invocations),
  DeliveryTimedOutCount: invocations.filter(({ statusDetails }) => statusDetails === 'DeliveryTimedOut')
    .length,
  TimeoutSeconds: command.timeoutSeconds,
});

export const invocationView = (
  command: StoredCommand,
  invocation: StoredInvocation,
  details: boolean,
): CommandInvocation => ({
  CommandId: command.id,
  InstanceId: invocation.instanceId,
  InstanceName: '',
  Comment: command.comment,
  DocumentName: command.documentName,
  DocumentVersion: command.documentVersion,
  RequestedDateTime: new Date(command.requested),
  Status: invocation.status,
  StatusDetails: invocation.statusDetails,
  CommandPlugins: details ? invocation.steps.map(stepView) : [],
});

const stepView = (step: StoredStep): CommandPlugin => ({
  Name: step.name,
  Status: step.status === 'Delayed' ? 'Pending' : step.status === 'Cancelling' ? 'InProgress' : step.status,
  StatusDetails: step.statusDetails,
  ResponseCode: step.responseCode,
  ...(step.started !== undefined && { ResponseStartDateTime: new Date(step.started) }),
  ...(step.finished !== undefined && { ResponseFinishDateTime: new Date(step.finished) }),
  Output: combinedOutput(step),
});

/** One instance's result in full: of one step, or of the whole document. */
export function resultView(
  command: StoredCommand,
  invocation: StoredInvocation,
  step?: StoredStep,
): GetCommandInvocationResult {
  const steps = step ? [step] : invocation.steps;
  const { started, finished } = step ?? invocation;
  const { status, statusDetails } = step ?? invocation;
  const only = steps.length === 1 ? steps[0] : undefined;
  return {
    CommandId: command.id,
    InstanceId: invocation.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    PluginName: only?.name ?? '',
    ResponseCode: step ? step.responseCode : responseCode(invocation),
    ExecutionStartDateTime: started === undefined ? '' : new Date(started).toISOString(),
    ExecutionElapsedTime:
      started !== undefined && finished !== undefined ? isoDuration(finished - started) : '',
    ExecutionEndDateTime:
      started !== undefined && finished !== undefined ? new Date(finished).toISOString() : '',
    Status: status,
    StatusDetails: statusDetails,
    StandardOutputContent: steps.map(({ stdout }) => stdout).join(''),
    StandardErrorContent: steps.map(({ stderr }) => stderr).join(''),
  };
}
