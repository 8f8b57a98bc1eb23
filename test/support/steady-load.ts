/**
 * Visitors who send forms at a steady rate, whatever becomes of them: half over connections that they keep, half on a
 * new one each time, each visitor with the cookies it was given. Nothing is retried. It runs on the simulated
 * internet, for nobody to stand between it and the load balancer:
 * `beanpole local shell -c "node steady-load.ts www.mywordpress.example 500"`, until its standard input ends.
 */
import { lookup } from 'node:dns/promises';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { TestCloud } from './cloud.ts';

export const connections = ['pooled', 'single'] as const;
export type Connection = (typeof connections)[number];

export interface LostRequest {
  /** When it was sent, in milliseconds as `Date.now()` has them. */
  readonly sentAt: number;
  readonly connection: Connection;
  readonly why: string;
}

export interface LoadTally {
  readonly requests: Readonly<Record<Connection, number>>;
  readonly lost: readonly LostRequest[];
  /** How often each version answered. */
  readonly versions: Readonly<Record<string, number>>;
  /** The slowest answer, in milliseconds. */
  readonly slowest: number;
}

const visitorsPerConnection = 20;
const patienceMilliseconds = 10_000;
const tickMilliseconds = 20;
/** Its first line; the tally is the second. */
const running = 'running';

if (import.meta.main) {
  const [host = '', perSecond = '100'] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await load(host, Number(perSecond), process.stdin)));
  process.exit();
}

export interface SteadyLoad {
  stop(): Promise<LoadTally>;
}

/** Starts it in a cloud; resolves when the first answer has come, so that what follows is under load. */
export async function startSteadyLoad(
  cloud: TestCloud,
  host: string,
  perSecond: number,
): Promise<SteadyLoad> {
  const { stdin, stdout } = cloud.onInternet(process.execPath, import.meta.filename, host, String(perSecond));
  const lines = createInterface(stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await lines.next()).value ?? '';
  if ((await next()) !== running) throw new Error(`The load on ${host} did not begin.`);
  const said = next();
  return {
    async stop() {
      stdin.end();
      return JSON.parse(await said) as LoadTally;
    },
  };
}

interface Visitor {
  readonly connection: Connection;
  readonly agent: Agent | false;
  readonly cookies: Map<string, string>;
}

async function load(host: string, perSecond: number, untilEnded: NodeJS.ReadStream): Promise<LoadTally> {
  const { address } = await lookup(host);
  const tally = {
    requests: { pooled: 0, single: 0 },
    lost: [] as LostRequest[],
    versions: {} as Record<string, number>,
    slowest: 0,
  };
  const visitors = Array.from({ length: visitorsPerConnection }, () => connections.map(visitorWith)).flat();
  const open = new Set<Promise<void>>();
  let hasBegun = false;

  function begin(): void {
    if (!hasBegun) process.stdout.write(`${running}\n`);
    hasBegun = true;
  }

  async function send(visitor: Visitor): Promise<void> {
    const sentAt = Date.now();
    tally.requests[visitor.connection] += 1;
    try {
      const version = await post(address, host, visitor);
      begin();
      tally.versions[version] = (tally.versions[version] ?? 0) + 1;
    } catch (error) {
      tally.lost.push({ sentAt, connection: visitor.connection, why: (error as Error).message });
    }
    tally.slowest = Math.max(tally.slowest, Date.now() - sentAt);
  }

  let sent = 0;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    for (const due = ((performance.now() - startedAt) / 1000) * perSecond; sent < due; sent += 1) {
      const visitor = visitors[sent % visitors.length];
      if (!visitor) return;
      const done = send(visitor).finally(() => open.delete(done));
      open.add(done);
    }
  }, tickMilliseconds);
  await text(untilEnded);
  clearInterval(timer);
  await Promise.all(open);
  return tally;
}

function visitorWith(connection: Connection): Visitor {
  const agent = connection === 'pooled' && new Agent({ keepAlive: true, maxSockets: 2 });
  return { connection, agent, cookies: new Map() };
}

/** One form; the version that took it, or an error that says what became of it. */
function post(address: string, host: string, { agent, cookies }: Visitor): Promise<string> {
  const form = 'title=load&text=still+there';
  return new Promise((done, fail) => {
    const call = request({
      host: address,
      port: 80,
      method: 'POST',
      agent,
      timeout: patienceMilliseconds,
      headers: {
        host,
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(form),
        ...(cookies.size > 0 && { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') }),
      },
    });
    call.on('response', (response) => {
      for (const line of response.headers['set-cookie'] ?? []) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      text(response).then((body) => {
        const [, version] = /id="version">([^<]*)</.exec(body) ?? [];
        if (response.statusCode === 200 && version !== undefined) done(version);
        else fail(new Error(`status ${response.statusCode ?? 0}`));
      }, fail);
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${patienceMilliseconds / 1000} s`)));
    call.on('error', fail);
    call.end(form);
  });
}
