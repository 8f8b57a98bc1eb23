/** Deletes messages and changes their visibility, up to ten in one call. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type BatchResultErrorEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../clock.ts';

const mostPerCall = 10;
const gatherMilliseconds = 50;
const attempts = 4;

export interface Entry {
  readonly receiptHandle: string;
  readonly visibilityTimeoutSeconds?: number;
}

type Send = (
  entries: { Id: string; ReceiptHandle: string; VisibilityTimeout: number }[],
) => Promise<readonly BatchResultErrorEntry[]>;

/** Gathers entries for a moment and sends them together. */
export class Batches {
  readonly #send: Send;
  readonly #clock: Clock;
  readonly #onProblem: (message: string) => void;
  #waiting: { entry: Entry; done: () => void }[] = [];
  #isGathering = false;

  constructor(send: Send, clock: Clock, onProblem: (message: string) => void) {
    this.#send = send;
    this.#clock = clock;
    this.#onProblem = onProblem;
  }

  /** Resolves when it was sent, or given up: SQS then delivers the message again. */
  add(entry: Entry): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ entry, done });
      if (this.#waiting.length >= mostPerCall) void this.#flush();
      else if (!this.#isGathering) void this.#gather();
    });
  }

  async #gather(): Promise<void> {
    this.#isGathering = true;
    await this.#clock.sleep(gatherMilliseconds);
    this.#isGathering = false;
    await this.#flush();
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, mostPerCall);
      await this.#sendRepeatedly(some.map(({ entry }) => entry));
      for (const { done } of some) done();
    }
  }

  async #sendRepeatedly(all: readonly Entry[]): Promise<void> {
    let entries = all;
    let problem = '';
    for (let attempt = 1; attempt <= attempts; attempt++) {
      try {
        const failed = await this.#send(
          entries.map(({ receiptHandle, visibilityTimeoutSeconds = 0 }, index) => ({
            Id: String(index),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: visibilityTimeoutSeconds,
          })),
        );
        // The sender's own fault (a message that is gone) does not heal.
        const again = failed.filter(({ SenderFault }) => SenderFault !== true);
        if (again.length === 0) return;
        problem = again[0]?.Message ?? again[0]?.Code ?? 'no reason';
        entries = again.flatMap(({ Id }) => entries[Number(Id)] ?? []);
      } catch (error) {
        problem = (error as Error).message || (error as Error).name;
      }
      if (attempt < attempts) await this.#clock.sleep(200 * 4 ** (attempt - 1));
    }
    this.#onProblem(problem);
  }
}

export const deletions =
  (sqs: SQSClient, queueUrl: string): Send =>
  async (entries) => {
    const Entries = entries.map(({ Id, ReceiptHandle }) => ({ Id, ReceiptHandle }));
    const answer = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    return answer.Failed ?? [];
  };

export const visibilityChanges =
  (sqs: SQSClient, queueUrl: string): Send =>
  async (entries) => {
    const answer = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
    );
    return answer.Failed ?? [];
  };
