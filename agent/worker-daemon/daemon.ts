/** Elastic Beanstalk's worker daemon: takes messages from the queue and posts them to the application. */
import { ReceiveMessageCommand, SendMessageCommand, type Message, type SQSClient } from '@aws-sdk/client-sqs';
import type { WorkerDaemon as Settings } from '../../model/schemas.ts';
import { awsBackOff, backOffDelay } from '../back-off.ts';
import type { Clock } from '../clock.ts';
import { Batches, deletions, visibilityChanges } from './batches.ts';
import { deadLetter } from './dead-letter.ts';
import type { HandledMessages } from './handled.ts';
import { Heartbeat } from './heartbeat.ts';
import { outcomeOf, type Answer, type Outcome } from './outcome.ts';
import { messagesAhead, mostPerReceive, pollsToStart } from './polls.ts';
import { isExpired, requestFor, taskOf, type TaskRun } from './request.ts';
import type { Target } from './target.ts';
import { WorkCounter, type WorkCounts } from './work-counts.ts';

export const daemonVersion = '1.0';
const waitTimeSeconds = 20;
/** A receive without an answer until then has lost its connection, and would hold its place for a quarter of an hour. */
const longestReceiveMilliseconds = (waitTimeSeconds + 8) * 1000;
/** A receive under way may have messages already; cut off, they would be nobody's until their visibility ends. */
const lastReceiveMilliseconds = 1000;
/** Handled messages whose deletion is under way; beyond that no more are taken. */
const mostSettling = 500;

type Aim = Pick<Target, 'port' | 'post' | 'retire' | 'cut' | 'isRetired'>;

export interface WorkerDaemonParts {
  readonly sqs: SQSClient;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly handled: Pick<HandledMessages, 'add' | 'all' | 'forget' | 'has'>;
  readonly targetFor: (port: number) => Aim;
  readonly onProblem: (severity: 'WARN' | 'ERROR', message: string) => void;
  /** A periodic task has come to its end: handled, or given up for this reason. Its message is kept until it resolves. */
  readonly onTaskEnd?: (task: TaskRun, failure: string | undefined) => Promise<void>;
  /** From 0 to 1, for the back-off. */
  readonly random?: () => number;
}

/** Steady concurrency: as soon as a message is handled the next one is posted. */
export class WorkerDaemon {
  readonly #parts: WorkerDaemonParts;
  readonly #isFifo: boolean;
  readonly #deletions: Batches;
  readonly #visibilities: Batches;
  readonly #heartbeat: Heartbeat;
  readonly #counter = new WorkCounter();
  readonly #stopping = new AbortController();
  readonly #receiving = new Set<Promise<void>>();
  /** What is being handled, and by which process. */
  readonly #posting = new Map<Promise<void>, Aim>();
  readonly #settling = new Set<Promise<unknown>>();
  #waiting: Message[] = [];
  #reserved: number[] = [];
  #isStopping = false;
  #isCut = false;
  #isIdle = true;
  #failures = 0;
  #notBefore = 0;
  #aim: Aim | undefined;
  #lastPollAt: number | undefined;
  #problem: string | undefined;

  constructor(parts: WorkerDaemonParts) {
    this.#parts = parts;
    const { sqs, clock, settings } = parts;
    const problemWith = (what: string) => (message: string) => {
      parts.onProblem('WARN', `${what}: ${message}. The queue will deliver the messages again.`);
    };
    this.#isFifo = settings.queueUrl.endsWith('.fifo');
    this.#deletions = new Batches(
      deletions(sqs, settings.queueUrl),
      clock,
      problemWith('Messages could not be deleted'),
      // The next message of a group comes only when the one before is deleted.
      this.#isFifo ? 0 : undefined,
    );
    this.#visibilities = new Batches(
      visibilityChanges(sqs, settings.queueUrl),
      clock,
      problemWith('The visibility of messages could not be changed'),
    );
    this.#heartbeat = new Heartbeat(settings.visibilityTimeoutSeconds, clock, this.#visibilities);
    for (const { id, receiptHandle } of parts.handled.all) this.#settle(this.#delete(id, receiptHandle));
  }

  /** Why the queue cannot be polled now; undefined when it can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get lastPollAt(): number | undefined {
    return this.#lastPollAt;
  }

  /** What was done since the last call. */
  takeCounts(): WorkCounts {
    return this.#counter.take(this.#posting.size);
  }

  /** New messages go to this port from now on; the process before finishes its own. */
  aimAt(port: number): void {
    if (this.#aim?.port === port) return;
    this.#retire();
    this.#aim = this.#parts.targetFor(port);
    this.#goOn();
  }

  /** Takes no new messages until aimed again: there is nobody to handle them. */
  pause(): void {
    this.#retire();
    this.#giveBackWaiting();
  }

  #retire(): void {
    this.#aim?.retire();
    this.#aim = undefined;
  }

  /**
   * Stops polling, lets jobs finish for so long, and gives back at once what is left: messages that wait for a
   * connection, and the jobs that have not ended.
   */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#isStopping = true;
    const { clock } = this.#parts;
    const enough = clock.sleep(lastReceiveMilliseconds, this.#stopping.signal).catch(() => undefined);
    this.#giveBackWaiting();
    await Promise.race([Promise.all(this.#receiving), enough]);
    this.#stopping.abort(new Error('The worker daemon stops.'));
    await Promise.all(this.#receiving);
    this.#giveBackWaiting();
    const late = new AbortController();
    await Promise.race([
      Promise.all(this.#posting.keys()),
      clock.sleep(graceMilliseconds, late.signal).catch(() => undefined),
    ]);
    late.abort(new Error('All jobs have ended.'));
    this.#isCut = true;
    for (const aim of new Set(this.#posting.values())) aim.cut();
    await Promise.all(this.#posting.keys());
    await Promise.all(this.#settling);
    this.#retire();
  }

  #giveBackWaiting(): void {
    for (const message of this.#waiting.splice(0)) this.#settle(this.#giveBack(message, 0));
  }

  /** Posts what waits, as far as connections are free, and asks for more. */
  #goOn(): void {
    const { httpConnections } = this.#parts.settings;
    while (this.#aim && this.#posting.size < httpConnections) {
      const message = this.#waiting.shift();
      if (!message) break;
      const aim = this.#aim;
      const posting = this.#handle(message, aim).finally(() => {
        this.#posting.delete(posting);
        this.#goOn();
      });
      this.#posting.set(posting, aim);
    }
    this.#poll();
  }

  #poll(): void {
    if (this.#isStopping || !this.#aim || this.#settling.size >= mostSettling) return;
    if (this.#notBefore > this.#parts.clock.now()) return;
    const { httpConnections } = this.#parts.settings;
    const facts = {
      connections: httpConnections,
      busy: this.#posting.size,
      waiting: this.#waiting.length,
      ahead: this.#isFifo ? 0 : messagesAhead(httpConnections, this.#counter.averageMilliseconds),
      reserved: this.#reserved,
      isIdle: this.#isIdle,
      // One at a time, so that nothing that is received waits behind a message of its group that fails.
      mostPerReceive: this.#isFifo ? 1 : mostPerReceive,
    };
    for (const size of pollsToStart(facts)) {
      this.#reserved.push(size);
      const receiving = this.#receive(size).finally(() => {
        this.#receiving.delete(receiving);
        this.#goOn();
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
        { abortSignal: this.#stopping.signal, requestTimeout: longestReceiveMilliseconds },
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
    this.#reserved.splice(this.#reserved.indexOf(size), 1);
  }

  #take(message: Message): void {
    const { clock, settings, handled, onProblem } = this.#parts;
    const { MessageId: id = '', ReceiptHandle: receiptHandle = '' } = message;
    this.#counter.received(Number(message.Attributes?.SentTimestamp), clock.now());
    const isOld = isExpired(message, settings.retentionPeriodSeconds, clock.now());
    // Handled before: only its deletion had not come through.
    if (handled.has(id)) this.#settle(this.#delete(id, receiptHandle));
    else if (isOld) {
      onProblem('WARN', `Message ${id} is older than the retention period and is thrown away.`);
      this.#end(message, 'it is older than the retention period', () => this.#delete(id, receiptHandle));
    }
    // Asked for before the pause: held, it would keep other instances from it for as long as nobody is here.
    else if (!this.#aim) this.#settle(this.#giveBack(message, 0));
    else {
      this.#heartbeat.hold(receiptHandle);
      this.#waiting.push(message);
    }
  }

  async #handle(message: Message, aim: Aim): Promise<void> {
    const { clock, settings, random = Math.random } = this.#parts;
    const startedAt = clock.now();
    const answer = await this.#post(message, aim);
    this.#counter.answered(clock.now() - startedAt);
    const isCut = !('status' in answer) && (this.#isCut || aim.isRetired);
    // Its process was ended under it, which is not the message's fault.
    if (isCut) this.#settle(this.#giveBack(message, 0));
    else {
      const receives = Number(message.Attributes?.ApproximateReceiveCount ?? 1);
      this.#conclude(message, outcomeOf({ answer, receives, now: clock.now(), random: random() }, settings));
    }
  }

  async #post(message: Message, aim: Aim): Promise<Answer> {
    const { settings } = this.#parts;
    try {
      return await aim.post({
        ...requestFor(message, { ...settings, agentVersion: daemonVersion }),
        connectTimeoutMilliseconds: settings.connectTimeoutSeconds * 1000,
        inactivityTimeoutMilliseconds: settings.inactivityTimeoutSeconds * 1000,
      });
    } catch (error) {
      return { problem: (error as Error).message || (error as Error).name };
    }
  }

  #conclude(message: Message, outcome: Outcome): void {
    const { handled, onProblem } = this.#parts;
    const { MessageId: id = '', ReceiptHandle: receiptHandle = '' } = message;
    this.#counter.ended(outcome.kind);
    if (outcome.kind === 'Done') {
      this.#end(message, undefined, () => {
        handled.add({ id, receiptHandle });
        return this.#delete(id, receiptHandle);
      });
    } else if (outcome.kind === 'Bury') {
      onProblem('ERROR', `Message ${id} goes to the dead-letter queue: ${outcome.reason}.`);
      this.#end(message, outcome.reason, () => this.#bury(message, outcome.reason));
    } else {
      onProblem('WARN', `Message ${id}: ${outcome.reason}; again in ${outcome.afterSeconds} s.`);
      this.#settle(this.#giveBack(message, outcome.afterSeconds));
    }
  }

  /** That was the last of a message. The end of a periodic task is recorded first, or a kill in between would hide it. */
  #end(message: Message, failure: string | undefined, forget: () => Promise<void>): void {
    const task = taskOf(message);
    const { onTaskEnd } = this.#parts;
    this.#settle(task && onTaskEnd ? onTaskEnd(task, failure).then(forget) : forget());
  }

  /** Work that no connection waits for. */
  #settle(work: Promise<unknown>): void {
    const settling = work.finally(() => {
      this.#settling.delete(settling);
      this.#poll();
    });
    this.#settling.add(settling);
  }

  async #delete(id: string, receiptHandle: string): Promise<void> {
    const isDeleted = await this.#deletions.add({ receiptHandle });
    this.#heartbeat.letGo(receiptHandle);
    if (isDeleted) this.#parts.handled.forget(id);
  }

  async #giveBack({ ReceiptHandle: receiptHandle = '' }: Message, afterSeconds: number): Promise<void> {
    this.#heartbeat.letGo(receiptHandle);
    await this.#visibilities.add({ receiptHandle, visibilityTimeoutSeconds: afterSeconds });
  }

  async #bury(message: Message, reason: string): Promise<void> {
    const { sqs, settings, onProblem } = this.#parts;
    const { MessageId: id = '', ReceiptHandle: receiptHandle = '' } = message;
    try {
      await sqs.send(new SendMessageCommand(deadLetter(settings.deadLetterQueueUrl, message, reason)));
    } catch (error) {
      onProblem('WARN', `Message ${id} goes there without the reason: ${(error as Error).message}`);
      // SQS itself moves it at the next receive.
      return this.#giveBack(message, 0);
    }
    this.#parts.handled.add({ id, receiptHandle });
    return this.#delete(id, receiptHandle);
  }
}
