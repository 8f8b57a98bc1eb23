import { randomUUID } from 'node:crypto';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { command, shared, text } from '../../command.ts';
import { UserError } from '../../errors.ts';
import { findWorker } from '../../queue/worker.ts';

export default command({
  name: 'queue send',
  group: 'Work',
  summary: 'Give a worker a message.',
  argument: { name: 'stack/environment', summary: 'The worker: dev/worker.', required: true },
  options: {
    body: text('text', "What the worker's application is posted."),
    delay: text('seconds', 'Not before so many seconds, 900 at most; standard queues only.'),
    groupId: text('id', 'FIFO queues: messages of a group are handled in order; "default" unless given.'),
    json: shared.json,
    application: shared.application,
  },
  examples: [
    {
      command: `beanpole queue send dev/worker --body '{"picture": 7}'`,
      effect: 'the application gets it as a POST',
    },
  ],

  async run(argument, { body, delay, groupId, json, application }, context) {
    if (body === undefined || body === '')
      throw new UserError('A message needs a body; SQS takes no empty ones.', {
        next: `beanpole queue send ${argument} --body '{}'`,
      });
    if (delay !== undefined && !(/^\d+$/.test(delay) && Number(delay) <= 900))
      throw new UserError(`--delay is ${delay}; it must be a whole number of seconds from 0 to 900.`);
    const { name, queueUrl } = await findWorker(context, argument, application);
    const isFifo = queueUrl.endsWith('.fifo');
    if (groupId !== undefined && !isFifo)
      throw new UserError(`${name} has a standard queue, which knows no groups.`);
    if (delay !== undefined && isFifo)
      throw new UserError(`${name} has a FIFO queue, which delays no single message.`);
    const sent = await context.clients.sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: body,
        ...(delay !== undefined && { DelaySeconds: Number(delay) }),
        ...(isFifo && { MessageGroupId: groupId ?? 'default', MessageDeduplicationId: randomUUID() }),
      }),
    );
    if (json) context.ui.json({ messageId: sent.MessageId });
    else context.ui.data(`Sent to ${name}: message ${sent.MessageId ?? ''}`);
  },
});
