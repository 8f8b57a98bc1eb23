import { command, shared } from '../../command.ts';
import { readDepth } from '../../queue/depth.ts';
import { readRecentWork } from '../../queue/recent-work.ts';
import { findWorker } from '../../queue/worker.ts';
import { table } from '../../ui/table.ts';

export default command({
  name: 'queue status',
  group: 'Work',
  summary: "Show a worker's queue: what waits, what is being handled, what failed.",
  argument: { name: 'stack/environment', summary: 'The worker: dev/worker.', required: true },
  options: { json: shared.json, application: shared.application },
  examples: [
    { command: 'beanpole queue status prod/worker', effect: 'depth, age, rate, failures, dead letters' },
  ],

  async run(argument, { json, application }, context) {
    const { clients, clock, ui } = context;
    const worker = await findWorker(context, argument, application);
    const [queue, dead, work] = await Promise.all([
      readDepth(clients.sqs, worker.queueUrl),
      readDepth(clients.sqs, worker.deadLetterQueueUrl),
      readRecentWork(clients.cloudwatch, worker.environment, clock.now()),
    ]);
    const deadLetters = dead.waiting + dead.inFlight;
    const status = { environment: worker.name, ...queue, deadLetters, ...work };
    if (json) {
      ui.json(status);
      return;
    }
    const known = (value: number | null, unit: string) =>
      value === null ? '-' : `${Math.round(value * 10) / 10}${unit}`;
    ui.data(
      table(
        ['WAITING', 'IN FLIGHT', 'DELAYED', 'DEAD LETTERS', 'HANDLED', 'FAILURES', 'LONGEST WAIT'],
        [
          [
            String(queue.waiting),
            String(queue.inFlight),
            String(queue.delayed),
            deadLetters > 0 ? ui.dataPaint.bad(String(deadLetters)) : '0',
            known(work.handledPerMinute, '/min'),
            known(work.failuresPerMinute, '/min'),
            known(work.oldestSeconds, ' s'),
          ],
        ],
      ),
    );
    if (deadLetters > 0) ui.next(`beanpole queue peek ${worker.name}`, 'shows why they failed');
  },
});
