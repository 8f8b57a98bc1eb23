/** A client of a cache, as an application has one: ioredis with its default way of reconnecting. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';

const [mode = '', url = '', ...rest] = process.argv.slice(2);

/** One command; prints the answer or the reason why there is none. */
async function once([name = '', ...words]: string[]): Promise<void> {
  const redis = new Redis(url, { retryStrategy: () => null, connectTimeout: 2000 });
  const failed = new Promise<string>((done) =>
    redis.on('error', (error) => {
      done(error.message);
    }),
  );
  const answered = redis.call(name, ...words).then(String, (error: unknown) => (error as Error).message);
  // A refused certificate is told by the event; the command only knows that the connection is closed.
  const answer = await answered;
  console.log(answer.startsWith('Connection is closed') ? await failed : answer);
  redis.disconnect();
}

/** Writes without pause until the deadline, and tells the longest time without a write that was answered. */
async function watch(milliseconds: number): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, connectTimeout: 1000 });
  redis.on('error', () => undefined);
  await redis.del('writes');
  const written: string[] = [];
  let [gapMilliseconds, last] = [0, performance.now()];
  const end = last + milliseconds;
  for (let number = 0; performance.now() < end; number++) {
    const isWritten = await redis.rpush('writes', String(number)).then(
      () => true,
      () => false,
    );
    const now = performance.now();
    if (isWritten) {
      written.push(String(number));
      gapMilliseconds = Math.max(gapMilliseconds, now - last);
      last = now;
    }
    if (number === 50) writeFileSync('/tmp/watching', 'yes');
    await pause(2);
  }
  const kept = new Set(await redis.lrange('writes', 0, -1));
  const lost = written.filter((one) => !kept.has(one)).length;
  console.log(
    JSON.stringify({ gapMilliseconds: Math.round(gapMilliseconds), written: written.length, lost }),
  );
  redis.disconnect();
}

void (mode === 'watch' ? watch(Number(rest[0])) : once(rest));
