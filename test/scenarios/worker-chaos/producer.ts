import { setTimeout as pause } from 'node:timers/promises';
import type { Aws } from '../../support/aws.ts';
import type { Dice } from './dice.ts';

export interface JobBody {
  readonly number: number;
  readonly milliseconds: number;
}

/** Most jobs are short; some outlive the visibility timeout. */
export function jobsFrom(dice: Dice, count: number): JobBody[] {
  return Array.from({ length: count }, (_, number) => ({ number, milliseconds: durationFrom(dice) }));
}

function durationFrom(dice: Dice): number {
  const kind = dice.fraction();
  if (kind < 0.001) return 12_000;
  if (kind < 0.01) return 1000;
  return 5 + dice.number(60);
}

/** Sends all jobs, each until the queue has confirmed it; what a queue took without an answer is there twice. */
export async function sendAll(aws: Aws, QueueUrl: string, jobs: readonly JobBody[]): Promise<void> {
  const batches: JobBody[][] = [];
  for (let start = 0; start < jobs.length; start += 10) batches.push(jobs.slice(start, start + 10));
  const sender = async () => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) await send(aws, QueueUrl, batch);
  };
  await Promise.all([sender(), sender(), sender(), sender()]);
}

async function send({ sqs }: Aws, QueueUrl: string, jobs: readonly JobBody[]): Promise<void> {
  const Entries = jobs.map((job, index) => ({ Id: String(index), MessageBody: JSON.stringify(job) }));
  for (;;)
    try {
      const { Failed = [] } = await sqs.sendMessageBatch({ QueueUrl, Entries });
      if (Failed.length > 0) throw new Error(Failed[0]?.Message);
      return;
    } catch {
      // The cloud is down: the scenario's own deadline ends this.
      await pause(200);
    }
}
