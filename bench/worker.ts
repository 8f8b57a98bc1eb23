/**
 * The worker daemon as it runs on instances (same flags and variables), against a plain loop on the npm package
 * sqs-consumer with as many messages at once, on the same queue and application.
 * `node bench/worker.ts [messages of the memory run]`; 100,000 unless given.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { SQS } from '@aws-sdk/client-sqs';
import { build, type BuildOptions } from 'esbuild';
import options from '../agent/bundle-options.json' with { type: 'json' };
import { leanFlags, leanVariables } from '../agent/lean.ts';
import { median } from './measure.ts';
import type { Seen } from './worker/application.ts';

const connections = 50;
const throughputMessages = 5000;
const throughputRounds = 3;
const heldMessages = 1500;
const memoryMessages = Number(process.argv[2] ?? 100_000);
const credentials = { accessKeyId: 'AKIABENCH00000000000', secretAccessKey: 'secret-of-the-bench' };
const folder = mkdtempSync(join(tmpdir(), 'bench-worker-'));
const consumerFile = join(folder, 'consumer.cjs');
const children: ChildProcess[] = [];

class Bench {
  readonly #sqs: SQS;
  readonly #queueUrl: string;
  readonly #endpoint: string;
  readonly #application: Application;

  constructor(sqs: SQS, queueUrl: string, endpoint: string, application: Application) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
    this.#endpoint = endpoint;
    this.#application = application;
  }

  async throughput(): Promise<void> {
    // In turn, so that both have the same of what else the machine does.
    const peers: number[] = [];
    const owns: number[] = [];
    for (let round = 0; round < throughputRounds; round++) {
      peers.push(await this.#rate('sqs-consumer'));
      owns.push(await this.#rate('daemon'));
    }
    const [own, peer] = [median(owns), median(peers)];
    const times = own / peer;
    const line = `an application that answers at once: ${Math.round(own)} messages/s, sqs-consumer ${Math.round(peer)}/s, medians of ${throughputRounds}, ${times.toFixed(2)} times (1.50)`;
    check(times >= 1.5, line);
  }

  async #rate(kind: 'daemon' | 'sqs-consumer'): Promise<number> {
    await this.#fill(throughputMessages);
    await this.#application.reset(0);
    const consumer = this.#consume(kind);
    const seen = await this.#until(throughputMessages);
    await end(consumer);
    await this.#sqs.purgeQueue({ QueueUrl: this.#queueUrl }).catch(() => undefined);
    return seen.differentMessages / ((seen.lastAt - seen.firstAt) / 1000);
  }

  async pickUp(): Promise<void> {
    const consumer = this.#consume('daemon');
    await pause(2000);
    const times: number[] = [];
    for (let index = 0; index < 25; index++) {
      await this.#application.reset(0);
      await pause(100);
      const sentAt = Date.now();
      await this.#sqs.sendMessage({ QueueUrl: this.#queueUrl, MessageBody: '{}' });
      times.push((await this.#until(1)).firstAt - sentAt);
    }
    await end(consumer);
    const middle = median(times);
    check(middle <= 50, `a message on an idle queue is posted after ${middle} ms, median of 25 (50)`);
  }

  async held(): Promise<void> {
    await this.#fill(heldMessages);
    await this.#application.reset(1000);
    const consumer = this.#consume('daemon');
    const { busy } = await this.#until(heldMessages);
    await end(consumer);
    const middle = busy.slice(Math.floor(busy.length * 0.2), Math.floor(busy.length * 0.8));
    const average = middle.reduce((sum, each) => sum + each, 0) / middle.length;
    const line = `jobs of 0.5 to 1.5 s: ${average.toFixed(2)} of ${connections} connections busy on the average, as the application sees it (${connections - 0.5})`;
    check(average >= connections - 0.5, line);
  }

  async memory(): Promise<void> {
    await this.#application.reset(0);
    const consumer = this.#consume('daemon');
    const sizes: number[] = [];
    for (let tenth = 1; tenth <= 10; tenth++) {
      await this.#fill(memoryMessages / 10);
      await this.#until((memoryMessages / 10) * tenth);
      sizes.push(residentMegabytes(consumer.pid ?? 0));
    }
    await end(consumer);
    const early = Math.max(...sizes.slice(1, 4));
    const late = Math.max(...sizes.slice(-3));
    const line = `${memoryMessages} messages: ${early.toFixed(1)} MB after a tenth to four, ${late.toFixed(1)} MB at the end (5 % more)`;
    check(late <= early * 1.05, line);
  }

  async #fill(count: number): Promise<void> {
    const batches = Array.from({ length: Math.ceil(count / 10) }, (_, batch) =>
      Array.from({ length: Math.min(10, count - batch * 10) }, (__, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify({ batch, index }),
      })),
    );
    while (batches.length > 0)
      await Promise.all(
        batches
          .splice(0, 8)
          .map((Entries) => this.#sqs.sendMessageBatch({ QueueUrl: this.#queueUrl, Entries })),
      );
  }

  async #until(messages: number): Promise<Seen> {
    for (;;) {
      const seen = await this.#application.look();
      if (seen.differentMessages >= messages) return seen;
      await pause(messages === 1 ? 5 : 100);
    }
  }

  #consume(kind: 'daemon' | 'sqs-consumer'): ChildProcess {
    const argv = [kind, this.#queueUrl, String(this.#application.port), String(connections)];
    const child = fork(consumerFile, argv, {
      execArgv: kind === 'daemon' ? [...leanFlags] : [],
      env: {
        ...process.env,
        ...(kind === 'daemon' && leanVariables),
        AWS_ENDPOINT_URL: this.#endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    });
    children.push(child);
    return child;
  }
}

/** As the agent is bundled: with the same replacements of Node's HTTP. */
async function bundleConsumer(): Promise<void> {
  await build({
    ...(options as BuildOptions),
    entryPoints: [join(import.meta.dirname, 'worker', 'consumer.ts')],
    absWorkingDir: dirname(import.meta.dirname),
    outfile: consumerFile,
    logLevel: 'error',
  });
}

interface Application {
  readonly port: number;
  look(): Promise<Seen>;
  reset(delayMilliseconds: number): Promise<Seen>;
}

async function startApplication(): Promise<Application> {
  const child = fork(join(import.meta.dirname, 'worker', 'application.ts'), { execArgv: [] });
  children.push(child);
  const answer = <T>() =>
    new Promise<T>((resolve) =>
      child.once('message', (seen) => {
        resolve(seen as T);
      }),
    );
  const port = await answer<number>();
  const ask = (order: object): Promise<Seen> => {
    const seen = answer<Seen>();
    child.send(order);
    return seen;
  };
  return {
    port,
    look: () => ask({ reset: false }),
    reset: (delayMilliseconds) => ask({ reset: true, delayMilliseconds }),
  };
}

function startQueue(): Promise<number> {
  const script = join(import.meta.dirname, 'endpoint', 'served.ts');
  const argv = [script, 'endpoint', folder, credentials.accessKeyId, credentials.secretAccessKey];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => {
      resolve(Number(/port (\d+)/.exec(text.toString())?.[1]));
    });
    child.once('exit', (code) => {
      reject(new Error(`the queue's server ended with exit code ${code ?? 'none'}`));
    });
  });
}

/** Its last receives must have ended, or they would take what is sent next. */
async function end(consumer: ChildProcess): Promise<void> {
  consumer.kill('SIGKILL');
  await pause(500);
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** VmRSS, in MB of 1,000,000 bytes. */
function residentMegabytes(pid: number): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kilobytes) * 1024) / 1e6;
}

function check(isMet: boolean, line: string): void {
  console.log(`  ${line}${isMet ? '' : '   MISSED'}`);
  if (!isMet) process.exitCode = 1;
}

try {
  await bundleConsumer();
  const endpoint = `http://127.0.0.1:${await startQueue()}`;
  const sqs = new SQS({ endpoint, region: 'us-east-1', credentials });
  const { QueueUrl: queueUrl = '' } = await sqs.createQueue({ QueueName: 'jobs' });
  const application = await startApplication();
  const bench = new Bench(sqs, queueUrl, endpoint, application);
  await bench.throughput();
  await bench.pickUp();
  await bench.held();
  await bench.memory();
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
