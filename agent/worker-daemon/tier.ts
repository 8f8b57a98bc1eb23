/** All that an instance of a worker environment has besides the application. */
import path from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { instancePaths, keys } from '../../model/names.ts';
import type { CronTask, InstanceDescriptor } from '../../model/schemas.ts';
import type { Clock } from '../clock.ts';
import { ScheduleFile } from '../cron/schedule-file.ts';
import { Scheduler } from '../cron/scheduler.ts';
import type { SendErrand } from '../errands/contract.ts';
import type { Facts } from '../instance.ts';
import type { Interruption } from '../interruption.ts';
import type { AgentLog } from '../logs/agent-log.ts';
import { readTargetLifecycleState } from '../metadata.ts';
import { WorkerDaemon } from './daemon.ts';
import { departWhenTold } from './departure.ts';
import { HandledMessages } from './handled.ts';
import { Target } from './target.ts';

export interface WorkerTierParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly errand: SendErrand;
  readonly log: AgentLog;
  readonly facts: Facts;
  readonly settings: NonNullable<InstanceDescriptor['workerDaemon']>;
  readonly interruption: Interruption;
  /** Periodic tasks of the version that serves now. */
  readonly tasks: () => readonly CronTask[];
}

const publishEveryMilliseconds = 60_000;

export interface RunningWorkerTier {
  readonly daemon: WorkerDaemon;
  /** Lets jobs finish for so long; another instance schedules from now on. */
  stop(graceMilliseconds: number): Promise<void>;
}

/** Starts the daemon with what belongs to it: periodic tasks, metrics, and the way out. */
export function startWorkerTier(parts: WorkerTierParts): RunningWorkerTier {
  const { clock, signal, sqs, errand, log, settings, facts } = parts;
  const scheduler = makeScheduler(parts);
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
    onTaskEnd: (task, failure) => scheduler.ended(task, failure),
  });
  const stop = async (graceMilliseconds: number) => {
    await Promise.all([scheduler.stop(), daemon.stop(graceMilliseconds)]);
  };
  const untilStopped = (work: Promise<void>) =>
    void work.catch((error: unknown) => {
      if (!signal.aborted) log.event('ERROR', String(error));
    });
  untilStopped(scheduler.run());
  untilStopped(publish(parts, daemon));
  untilStopped(
    departWhenTold({
      clock,
      signal,
      daemon: { stop },
      errand,
      instanceId: facts.identity.instanceId,
      graceMilliseconds: facts.descriptor.drainTimeoutSeconds * 1000,
      targetState: readTargetLifecycleState,
      interruption: parts.interruption,
      say: (line) => {
        log.event('INFO', line);
      },
    }),
  );
  return { daemon, stop };
}

function makeScheduler({ clock, signal, s3, sqs, errand, log, facts, settings, tasks }: WorkerTierParts) {
  const { bucket } = facts.descriptor;
  return new Scheduler({
    clock,
    signal,
    sqs,
    queueUrl: settings.queueUrl,
    retentionPeriodSeconds: settings.retentionPeriodSeconds,
    file: new ScheduleFile(s3, { Bucket: bucket, Key: keys.schedule(facts.descriptor) }),
    tasks,
    errand,
    me: facts.identity.instanceId,
    onProblem: (message) => {
      log.write('WARN', message);
    },
  });
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
