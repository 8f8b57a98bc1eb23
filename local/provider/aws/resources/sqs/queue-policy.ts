import { json, required, string, type Inputs } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { gone, readAttributes } from './queue.ts';

const inputs = { queueUrl: required(string({ replaces: true })), policy: required(json()) };

export default regional({
  type: 'aws:sqs/queuePolicy:QueuePolicy',
  inputs,

  async create(given, context) {
    await put(context, given);
    return given.queueUrl;
  },

  async read(id, context) {
    const policy = (await readAttributes(context, id))?.Policy;
    return policy ? { queueUrl: id, policy } : undefined;
  },

  update: async (_id, { news }, context) => put(context, news),

  async delete(id, context) {
    const sqs = await context.clients.sqs();
    await ifFound(gone, () => sqs.setQueueAttributes({ QueueUrl: id, Attributes: { Policy: '' } }));
  },
});

async function put(context: Context, { queueUrl, policy }: Inputs<typeof inputs>): Promise<void> {
  const sqs = await context.clients.sqs();
  await sqs.setQueueAttributes({ QueueUrl: queueUrl, Attributes: { Policy: policy } });
}
