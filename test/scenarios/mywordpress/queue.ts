import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** Takes SendMessage as SQS does, and hands each message to the worker as the worker daemon does. */
export interface Queue {
  readonly origin: string;
  /** What the worker answered, by message. */
  readonly answers: { readonly body: string; readonly status: number }[];
  close(): void;
}

export async function createQueue(workerPort: number): Promise<Queue> {
  const answers: { body: string; status: number }[] = [];
  const deliver = async (id: string, body: string): Promise<void> => {
    const { status } = await fetch(`http://127.0.0.1:${workerPort}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-aws-sqsd-msgid': id },
      body,
    });
    answers.push({ body, status });
  };
  const server = createServer((request, response) => {
    void text(request).then((sent) => {
      const { MessageBody: body } = JSON.parse(sent) as { MessageBody: string };
      const id = randomUUID();
      response.setHeader('content-type', 'application/x-amz-json-1.0');
      response.end(
        JSON.stringify({ MessageId: id, MD5OfMessageBody: createHash('md5').update(body).digest('hex') }),
      );
      void deliver(id, body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    origin: `http://127.0.0.1:${port}`,
    answers,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
