import { command, flag, shared, text } from '../../command.ts';
import { UserError } from '../../errors.ts';
import { peek } from '../../queue/peek.ts';
import { findWorker } from '../../queue/worker.ts';

export default command({
  name: 'queue peek',
  group: 'Work',
  summary: "Show a worker's dead letters, each with the reason of its last failure.",
  argument: { name: 'stack/environment', summary: 'The worker: dev/worker.', required: true },
  options: {
    waiting: flag('Messages that wait for a worker instead. Each counts this as one of its deliveries.'),
    count: text('number', 'At most so many messages; 10 unless given, 100 at most.'),
    json: shared.json,
    application: shared.application,
  },
  examples: [
    { command: 'beanpole queue peek prod/worker', effect: 'what could not be done, and why' },
    { command: 'beanpole queue peek prod/worker --count 100 --json', effect: 'the same, for scripts' },
  ],

  async run(argument, { waiting, count = '10', json, application }, context) {
    const most = Number(count);
    if (!Number.isInteger(most) || most < 1 || most > 100)
      throw new UserError(`--count is ${count}; it must be a whole number from 1 to 100.`);
    const { name, queueUrl, deadLetterQueueUrl } = await findWorker(context, argument, application);
    const { clients, ui } = context;
    const messages = await peek(clients.sqs, waiting ? queueUrl : deadLetterQueueUrl, most);
    if (json) {
      ui.json(messages);
      return;
    }
    for (const { id, sentAt, receives, reason, body } of messages)
      ui.data(
        [
          `${ui.dataPaint.strong(id)}  sent ${sentAt}, delivered ${receives} times`,
          ...(reason === null ? [] : [`  ${ui.dataPaint.bad(reason)}`]),
          `  ${body}`,
        ].join('\n'),
      );
    if (messages.length === 0) ui.note(waiting ? 'Nothing waits.' : 'There are no dead letters.');
    else if (!waiting)
      ui.next(`beanpole queue redrive ${name}`, 'gives them to the workers again, once the reason is gone');
  },
});
