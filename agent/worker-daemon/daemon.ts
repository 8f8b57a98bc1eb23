/** Elastic Beanstalk's worker daemon: takes messages from the queue and posts them to the application. */
import { ReceiveMessageCommand, type Message, type SQSClient } from '@aws-sdk/client-sqs';
import type { WorkerDaemon as Settings } from '../../model/schemas.ts';
import { awsBackOff, backOffDelay } from '../back-off.ts';
import type { Clock } from '../clock.ts';
import { Batches, deletions, visibilityChanges } from './batches.ts';
import { pollsToStart } from './polls.ts';
import { isExpired, messageHeaders } from './request.ts';
import type { Target } from './target.ts';

export const daemonVersion = '1.0';
const waitTimeSeconds = 20;
/** A receive under way may have messages already; cut off, they would be nobody's until their visibility ends. */
const lastReceiveMilliseconds = 1000;

export interface WorkerDaemonParts {
  readonly sqs: SQSClient;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly targetFor: (port: number) => Pick<Target, 'port' | 'post' | 'retire'>;
  readonly onProblem: (severity: 'WARN' | 'ERROR', message: string) => void;
}

/** Steady concurrency: as soon as a message is handled the next one is asked for. */
export class WorkerDaemon {
  readonly #parts: WorkerDaemonParts;
  readonly #deletions: Batches;
  readonly #visibilities: Batches;
  readonly #stopping = new AbortController();
  #isStopping = false;
  readonly #receiving = new Set<Promise<void>>();
  readonly #handling = new Set<Promise<void>>();
  #reserved: number[] = [];
  #isIdle = true;
  #failures = 0;
  #notBefore = 0;
  #target: Pick<Target, 'port' | 'post' | 'retire'> | undefined;
  #lastPollAt: number | undefined;
  #problem: string | undefined;

  constructor(parts: WorkerDaemonParts) {
    this.#parts = parts;
    const { sqs, clock, settings } = parts;
    const problemWith = (what: string) => (message: string) => {
      parts.onProblem('WARN', `${what}: ${message}. The queue will deliver the messages again.`);
    };
    this.#deletions = new Batches(
      deletions(sqs, settings.queueUrl),
      clock,
      problemWith('Messages could not be deleted'),
    );
    this.#visibilities = new Batches(
      visibilityChanges(sqs, settings.queueUrl),
      clock,
      problemWith('The visibility of messages could not be changed'),
    );
  }

  /** Why the queue cannot be polled now; undefined when it can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get lastPollAt(): number | undefined {
    return this.#lastPollAt;
  }

  /** New messages go to this port from now on; the process before finishes its own. */
  aimAt(port: number): void {
    if (this.#target?.port === port) return;
    this.#target?.retire();
    this.#target = this.#parts.targetFor(port);
    this.#poll();
  }

  /** Takes no new messages until aimed again: there is nobody to handle them. */
  pause(): void {
    this.#target?.retire();
    this.#target = undefined;
  }

  /** Stops polling; resolves when the last message is handled. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const enough = this.#parts.clock
      .sleep(lastReceiveMilliseconds, this.#stopping.signal)
      .catch(() => undefined);
    await Promise.race([Promise.all(this.#receiving), enough]);
    this.#stopping.abort();
    await Promise.all(this.#receiving);
    while (this.#handling.size > 0) await Promise.all(this.#handling);
    this.#target?.retire();
  }

  #poll(): void {
    if (this.#isStopping || !this.#target) return;
    const wait = this.#notBefore - this.#parts.clock.now();
    if (wait > 0) return;
    const facts = {
      connections: this.#parts.settings.httpConnections,
      busy: this.#handling.size,
      reserved: this.#reserved,
      isIdle: this.#isIdle,
    };
    for (const size of pollsToStart(facts)) {
      this.#reserved = [...this.#reserved, size];
      const receiving = this.#receive(size).finally(() => {
        this.#receiving.delete(receiving);
        this.#poll();
      });
      this.#receiving.add(receiving);
    }
  }

  async #receive(size: number): Promise<void> {
    const { sqs, clock, settings } = this.#parts;
    try {
      const answer = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: settings.queueUrl,
          MaxNumberOfMessages: size,
          WaitTimeSeconds: waitTimeSeconds,
          VisibilityTimeout: settings.visibilityTimeoutSeconds,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
        { abortSignal: this.#stopping.signal },
      );
      this.#release(size);
      const messages = answer.Messages ?? [];
      this.#isIdle = messages.length === 0;
      this.#failures = 0;
      this.#problem = undefined;
      this.#lastPollAt = clock.now();
      for (const message of messages) this.#take(message);
    } catch (error) {
      this.#release(size);
      if (this.#stopping.signal.aborted) return;
      await this.#holdOff(error as Error);
    }
  }

  async #holdOff(error: Error): Promise<void> {
    const { clock, onProblem, settings } = this.#parts;
    const delay = backOffDelay(++this.#failures, awsBackOff);
    this.#notBefore = clock.now() + delay;
    this.#problem = `The queue ${settings.queueUrl} cannot be polled: ${error.message || error.name}`;
    onProblem('WARN', `${this.#problem}; trying again in ${delay / 1000} s.`);
    await clock.sleep(delay, this.#stopping.signal).catch(() => undefined);
    this.#notBefore = 0;
  }

  #release(size: number): void {
    const index = this.#reserved.indexOf(size);
    this.#reserved = this.#reserved.toSpliced(index, 1);
  }

  #take(message: Message): void {
    const handling = this.#handle(message).finally(() => {
      this.#handling.delete(handling);
      this.#poll();
    });
    this.#handling.add(handling);
  }

  async #handle(message: Message): Promise<void> {
    const { clock, settings, onProblem } = this.#parts;
    const receiptHandle = message.ReceiptHandle ?? '';
    if (isExpired(message, settings.retentionPeriodSeconds, clock.now())) {
      onProblem(
        'WARN',
        `Message ${message.MessageId ?? ''} is older than the retention period and is thrown away.`,
      );
      return this.#deletions.add({ receiptHandle });
    }
    const handled = new AbortController();
    const heartbeat = this.#keepInvisible(receiptHandle, handled.signal);
    const problem = await this.#post(message);
    handled.abort();
    await heartbeat;
    if (problem === undefined) return this.#deletions.add({ receiptHandle });
    onProblem('WARN', `Message ${message.MessageId ?? ''}: ${problem}`);
    return this.#visibilities.add({
      receiptHandle,
      visibilityTimeoutSeconds: settings.errorVisibilityTimeoutSeconds,
    });
  }

  /** Undefined when the application took it: any 2xx. */
  async #post(message: Message): Promise<string | undefined> {
    const { settings } = this.#parts;
    const target = this.#target;
    if (!target) return 'the application does not run.';
    try {
      const status = await target.post({
        path: settings.httpPath,
        headers: messageHeaders(message, { ...settings, agentVersion: daemonVersion }),
        body: message.Body ?? '',
        connectTimeoutMilliseconds: settings.connectTimeoutSeconds * 1000,
        inactivityTimeoutMilliseconds: settings.inactivityTimeoutSeconds * 1000,
      });
      return status >= 200 && status < 300 ? undefined : `the application answered ${status}.`;
    } catch (error) {
      return `the application did not take it: ${(error as Error).message}`;
    }
  }

  /** Prolongs the message's invisibility while it is being handled, so that nobody else gets it. */
  async #keepInvisible(receiptHandle: string, signal: AbortSignal): Promise<void> {
    const { clock, settings } = this.#parts;
    const seconds = settings.visibilityTimeoutSeconds;
    if (seconds === 0) return;
    try {
      for (;;) {
        await clock.sleep((seconds * 1000) / 2, signal);
        await this.#visibilities.add({ receiptHandle, visibilityTimeoutSeconds: seconds });
      }
    } catch {
      // Handled.
    }
  }
}
