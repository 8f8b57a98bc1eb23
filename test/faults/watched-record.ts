import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { DeploymentRecord, DeploymentStep } from '../../model/schemas.ts';
import type { Finished, TestCloud } from '../support/cloud.ts';

/** In the record: the step has begun; its command is with the instances; it is done, which nobody knows yet. */
export type Moment = 'begins' | 'in flight' | 'ends';

export interface Reached {
  readonly record: DeploymentRecord;
  readonly step: DeploymentStep;
  readonly moment: Moment;
}

export type Command = ChildProcessByStdio<null, Readable, Readable>;

/** A command that is stuck ends the test. */
const longestSeconds = 300;

/** Runs `beanpole …`; at each moment of its deployment it waits until `onMoment` is done. */
export async function watchedBeanpole(
  cloud: TestCloud,
  args: readonly string[],
  onMoment: (reached: Reached, command: Command) => Promise<void>,
): Promise<Finished> {
  const watch = await watchRecord(cloud.env.AWS_ENDPOINT_URL ?? '', (reached) => onMoment(reached, command));
  const command = cloud.startBeanpole(args, { AWS_ENDPOINT_URL: watch.endpoint });
  const said = { stdout: '', stderr: '' };
  command.stdout.on('data', (text: Buffer) => (said.stdout += text.toString()));
  command.stderr.on('data', (text: Buffer) => (said.stderr += text.toString()));
  const tooLong = setTimeout(() => command.kill('SIGKILL'), longestSeconds * 1000);
  const [code] = (await once(command, 'close')) as [number | null];
  clearTimeout(tooLong);
  watch.close();
  return { code, ...said };
}

/**
 * Stands between a command and AWS, and sees the record of its deployment being written. The command waits until
 * `onMoment` is done, so that what happens then happens exactly there.
 */
async function watchRecord(
  endpoint: string,
  onMoment: (reached: Reached) => Promise<void>,
): Promise<{ readonly endpoint: string; close(): void }> {
  let before: DeploymentRecord | undefined;
  const { hostname, port } = new URL(endpoint);

  async function forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const written = recordIn(incoming, body);
    const reached = written ? momentOf(before, written) : undefined;
    before = written ?? before;
    if (reached?.moment === 'ends') await onMoment(reached);
    const { method = 'GET', url = '/', headers } = incoming;
    const outgoing = request({ hostname, port, method, path: url, headers });
    outgoing.on('error', () => response.destroy());
    outgoing.on('response', (answer) => {
      const held = reached && reached.moment !== 'ends' ? onMoment(reached) : Promise.resolve();
      const send = () => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      };
      held.then(send, send);
    });
    outgoing.end(body);
  }

  const server = createServer((incoming, response) => {
    forward(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function recordIn({ method, url = '' }: IncomingMessage, body: Buffer): DeploymentRecord | undefined {
  const isRecord = method === 'PUT' && /\/deployments\/\d+\.json(\?|$)/.test(url);
  return isRecord ? (JSON.parse(body.toString()) as DeploymentRecord) : undefined;
}

function momentOf(before: DeploymentRecord | undefined, record: DeploymentRecord): Reached | undefined {
  for (const step of record.steps) {
    const was = before?.steps.find(({ id }) => id === step.id);
    if (step.status === 'Done' && was?.status === 'InProgress') return { record, step, moment: 'ends' };
    if (step.status !== 'InProgress') continue;
    if (was?.status !== 'InProgress') return { record, step, moment: 'begins' };
    if (step.commandId !== undefined && was.commandId === undefined)
      return { record, step, moment: 'in flight' };
  }
  return undefined;
}
