/** All that an instance of a worker environment has besides the application. */
import path from 'node:path';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { instancePaths } from '../../model/names.ts';
import type { InstanceDescriptor } from '../../model/schemas.ts';
import type { Clock } from '../clock.ts';
import type { SendErrand } from '../errands/contract.ts';
import type { Facts } from '../instance.ts';
import type { AgentLog } from '../logs/agent-log.ts';
import { readTargetLifecycleState } from '../metadata.ts';
import { WorkerDaemon } from './daemon.ts';
import { departWhenTold } from './departure.ts';
import { HandledMessages } from './handled.ts';
import { Target } from './target.ts';

export interface WorkerTierParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly sqs: SQSClient;
  readonly errand: SendErrand;
  readonly log: AgentLog;
  readonly facts: Facts;
  readonly settings: NonNullable<InstanceDescriptor['workerDaemon']>;
}

const publishEveryMilliseconds = 60_000;

/** Starts the daemon with what looks after it: metrics, and the way out. */
export function startWorkerTier(parts: WorkerTierParts): WorkerDaemon {
  const { clock, signal, sqs, errand, log, settings, facts } = parts;
  const daemon = new WorkerDaemon({
    sqs,
    clock,
    settings,
    handled: new HandledMessages(path.join(instancePaths.state, 'handled-messages')),
    targetFor: (port) => new Target(port, settings.httpConnections),
    onProblem: (severity, message) => {
      if (severity === 'ERROR') log.event(severity, message);
      else log.write(severity, message);
    },
  });
  const untilStopped = (work: Promise<void>) =>
    void work.catch((error: unknown) => {
      if (!signal.aborted) log.event('ERROR', String(error));
    });
  untilStopped(publish(parts, daemon));
  untilStopped(
    departWhenTold({
      clock,
      signal,
      daemon,
      errand,
      instanceId: facts.identity.instanceId,
      graceMilliseconds: facts.descriptor.drainTimeoutSeconds * 1000,
      targetState: readTargetLifecycleState,
      say: (line) => {
        log.event('INFO', line);
      },
    }),
  );
  return daemon;
}

async function publish(parts: WorkerTierParts, daemon: WorkerDaemon): Promise<void> {
  const { clock, signal, errand, log, settings, facts } = parts;
  const { application, stack, environment } = facts.descriptor;
  for (;;) {
    await clock.sleep(publishEveryMilliseconds, signal);
    const counts = daemon.takeCounts();
    const input = { queueUrl: settings.queueUrl, name: { application, stack, environment }, counts };
    await errand('metrics', input, { signal }).catch((error: unknown) => {
      log.write('WARN', `Metrics could not be published: ${(error as Error).message}`);
    });
  }
}
