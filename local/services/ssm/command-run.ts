import type { Parts } from '../parts.ts';
import { overall, stderrLimit, stdoutLimit, truncate } from './command-output.ts';
import { readContent } from './document-content.ts';
import { readySteps, type ReadyStep } from './document-run.ts';
import { findDocument, findVersion } from './document-views.ts';
import type { SsmState, StoredCommand, StoredInvocation, StoredStep } from './state.ts';

/** What the SSM agent answers for a process that it had to stop. */
const stoppedCode = 137;

/** Runs a command's document on one instance, step by step, and keeps what came of it. */
export async function runInvocation(
  parts: Parts,
  state: SsmState,
  command: StoredCommand,
  invocation: StoredInvocation,
  cancelled: AbortSignal,
): Promise<void> {
  const document = findDocument(state, command.documentName);
  const version = findVersion(document, command.documentVersion);
  const steps = readySteps(readContent(version.content, version.format), command.parameters);
  for (const step of steps) {
    invocation.steps.push(await runStep(parts, invocation.instanceId, step, cancelled));
    if (cancelled.aborted) break;
  }
  Object.assign(invocation, overall(invocation.steps), { finished: parts.clock.now() });
}

async function runStep(
  parts: Parts,
  instanceId: string,
  step: ReadyStep,
  cancelled: AbortSignal,
): Promise<StoredStep> {
  const started = parts.clock.now();
  const timeout = new AbortController();
  const stopTimer = parts.clock.after(step.timeoutSeconds * 1000, () => {
    timeout.abort();
  });
  try {
    const { exitCode, stdout, stderr } = await parts.instances.run(instanceId, {
      argv: ['/bin/sh', '-c', step.script],
      ...(step.workingDirectory !== undefined && { workingDirectory: step.workingDirectory }),
      environment: {
        ...step.environment,
        AWS_SSM_INSTANCE_ID: instanceId,
        AWS_SSM_REGION_NAME: parts.region,
      },
      signal: AbortSignal.any([timeout.signal, cancelled]),
    });
    const ending = endOf(exitCode, timeout.signal.aborted, cancelled.aborted);
    return finish(step, started, parts.clock.now(), ending, stdout, withReason(stderr, ending));
  } catch (error) {
    const ending = endOf(-1, timeout.signal.aborted, cancelled.aborted);
    const stderr = withReason(ending.status === 'Failed' ? (error as Error).message : '', ending);
    return finish(step, started, parts.clock.now(), ending, '', stderr);
  } finally {
    stopTimer();
  }
}

type Ending = Pick<StoredStep, 'status' | 'statusDetails' | 'responseCode'>;

function endOf(exitCode: number, timedOut: boolean, wasCancelled: boolean): Ending {
  if (wasCancelled) return { status: 'Cancelled', statusDetails: 'Cancelled', responseCode: stoppedCode };
  if (timedOut) return { status: 'TimedOut', statusDetails: 'ExecutionTimedOut', responseCode: stoppedCode };
  return exitCode === 0
    ? { status: 'Success', statusDetails: 'Success', responseCode: 0 }
    : { status: 'Failed', statusDetails: 'Failed', responseCode: exitCode };
}

/** The agent's own line after what the commands wrote. */
function withReason(stderr: string, { status, responseCode }: Ending): string {
  if (status === 'Success') return stderr;
  const reason = status === 'Failed' ? `exit status ${responseCode}` : 'signal: killed';
  return `${stderr}${stderr === '' || stderr.endsWith('\n') ? '' : '\n'}failed to run commands: ${reason}`;
}

const finish = (
  { name }: ReadyStep,
  started: number,
  finished: number,
  ending: Ending,
  stdout: string,
  stderr: string,
): StoredStep => ({
  name,
  ...ending,
  stdout: truncate(stdout, stdoutLimit),
  stderr: truncate(stderr, stderrLimit),
  started,
  finished,
});
