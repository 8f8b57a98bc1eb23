/** A process of its own that takes messages: our daemon, or a plain loop on sqs-consumer. */
import { mkdtempSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { SQSClient } from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';
import { systemClock } from '../../agent/clock.ts';
import { WorkerDaemon } from '../../agent/worker-daemon/daemon.ts';
import { HandledMessages } from '../../agent/worker-daemon/handled.ts';
import { Target } from '../../agent/worker-daemon/target.ts';
import { workerDaemon } from '../../model/schemas.ts';

const [, ownFile = '', kind = '', queueUrl = '', applicationPort = '', connections = ''] = process.argv;
const sqs = new SQSClient({});
const port = Number(applicationPort);

if (kind === 'daemon') {
  const settings = workerDaemon.parse({
    queueUrl,
    deadLetterQueueUrl: '',
    httpPath: '/jobs',
    httpConnections: Number(connections),
  });
  new WorkerDaemon({
    sqs,
    clock: systemClock,
    settings,
    handled: new HandledMessages(join(mkdtempSync(join(dirname(ownFile), 'daemon-')), 'handled')),
    targetFor: (at) => new Target(at, settings.httpConnections),
    onProblem: (_severity, message) => {
      console.error(message);
    },
  }).aimAt(port);
} else {
  const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
  const post = (id: string, body: string) =>
    new Promise<number>((resolve, reject) => {
      const headers = { 'X-Aws-Sqsd-Msgid': id, 'Content-Type': 'application/json' };
      const sent = request(
        { agent, host: '127.0.0.1', port, method: 'POST', path: '/jobs', headers },
        (answer) => {
          answer.resume();
          answer.on('end', () => {
            resolve(answer.statusCode ?? 0);
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  // Ten messages are all that one loop handles at once.
  for (let loop = 0; loop < Number(connections) / 10; loop++)
    Consumer.create({
      queueUrl,
      sqs,
      batchSize: 10,
      visibilityTimeout: 300,
      messageSystemAttributeNames: ['All'],
      messageAttributeNames: ['All'],
      handleMessage: async (message) => {
        const status = await post(message.MessageId ?? '', message.Body ?? '');
        if (status >= 300) throw new Error(`answered ${status}`);
        return message;
      },
    }).start();
}
process.on('disconnect', () => process.exit());
