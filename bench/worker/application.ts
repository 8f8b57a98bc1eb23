/** A process of its own: the application that messages are posted to. It tells its parent what it has had. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';

export interface Seen {
  readonly posts: number;
  readonly differentMessages: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Connections busy at once: samples of the time in between, every 5 ms. */
  readonly busy: readonly number[];
}

/** On the average; a job takes half to one and a half of it. */
let delayMilliseconds = 0;
let ids = new Set<string>();
let posts = 0;
let firstAt = 0;
let lastAt = 0;
let inFlight = 0;
let busy: number[] = [];

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    lastAt = Date.now();
    firstAt ||= lastAt;
    posts++;
    inFlight++;
    ids.add(String(request.headers['x-aws-sqsd-msgid']));
    const answer = () => {
      inFlight--;
      response.writeHead(204).end();
    };
    if (delayMilliseconds === 0) answer();
    else setTimeout(answer, delayMilliseconds * (0.5 + Math.random()));
  });
});
setInterval(() => {
  if (firstAt > 0) busy.push(inFlight);
}, 5);

process.on('message', (order: { reset: true; delayMilliseconds: number } | { reset: false }) => {
  const seen: Seen = { posts, differentMessages: ids.size, firstAt, lastAt, busy };
  if (order.reset) {
    delayMilliseconds = order.delayMilliseconds;
    ids = new Set();
    busy = [];
    posts = firstAt = lastAt = 0;
  }
  process.send?.(seen);
});
process.on('disconnect', () => process.exit());
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
