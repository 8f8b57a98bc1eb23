/** Deletes messages and changes their visibility, up to ten in one call. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type BatchResultErrorEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../clock.ts';

const mostPerCall = 10;
/** Together a minute and a half: as long as a queue may be out of reach without messages being handed out again. */
const pausesMilliseconds = [200, 800, 3000, 10_000, 20_000, 30_000, 30_000];
/** Batches under way at once. */
const mostCalls = 4;

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
  readonly #gatherMilliseconds: number;
  #waiting: { entry: Entry; done: (isSent: boolean) => void }[] = [];
  #isGathering = false;
  #calls = 0;

  /** Without time to gather each entry is sent at once, with what waits for an earlier call. */
  constructor(send: Send, clock: Clock, onProblem: (message: string) => void, gatherMilliseconds = 50) {
    this.#send = send;
    this.#clock = clock;
    this.#onProblem = onProblem;
    this.#gatherMilliseconds = gatherMilliseconds;
  }

  /** Resolves to true when it was sent, to false when it was given up: SQS then delivers the message again. */
  add(entry: Entry): Promise<boolean> {
    return new Promise((done) => {
      this.#waiting.push({ entry, done });
      if (this.#waiting.length >= mostPerCall || this.#gatherMilliseconds === 0) this.#flush();
      else if (!this.#isGathering) void this.#gather();
    });
  }

  async #gather(): Promise<void> {
    this.#isGathering = true;
    await this.#clock.sleep(this.#gatherMilliseconds);
    this.#isGathering = false;
    this.#flush();
  }

  #flush(): void {
    while (this.#waiting.length > 0 && this.#calls < mostCalls) {
      const some = this.#waiting.splice(0, mostPerCall);
      this.#calls++;
      void this.#sendRepeatedly(some.map(({ entry }) => entry)).then((isSent) => {
        this.#calls--;
        for (const { done } of some) done(isSent);
        this.#flush();
      });
    }
  }

  async #sendRepeatedly(all: readonly Entry[]): Promise<boolean> {
    let entries = all;
    let problem = '';
    for (const pause of [...pausesMilliseconds, undefined]) {
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
        if (again.length === 0) return true;
        problem = again[0]?.Message ?? again[0]?.Code ?? 'no reason';
        entries = again.flatMap(({ Id }) => entries[Number(Id)] ?? []);
      } catch (error) {
        problem = (error as Error).message || (error as Error).name;
      }
      if (pause !== undefined) await this.#clock.sleep(pause);
    }
    this.#onProblem(problem);
    return false;
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
