/** A client of a database, as an application has one: mysql2, a new connection when the old one broke. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { createConnection, type Connection } from 'mysql2/promise';

const [mode = '', host = '', database = '', user = '', password = '', ...rest] = process.argv.slice(2);
const open = () =>
  createConnection({
    host,
    user,
    password,
    database,
    connectTimeout: 1000,
    multipleStatements: true,
  });

/** Statements; prints the last one's rows or the reason why there are none. */
async function once([statements = '']: string[]): Promise<void> {
  let connection: Connection | undefined;
  try {
    connection = await open();
    const [answer] = await connection.query(statements);
    console.log(JSON.stringify(answer));
  } catch (error) {
    console.log((error as Error).message);
  }
  connection?.destroy();
}

/** Commits without pause until the deadline, and tells the longest time without a commit and what is missing. */
async function watch(milliseconds: number): Promise<void> {
  let connection: Connection | undefined = await open();
  await connection.query('drop table if exists written; create table written (number int primary key)');
  const written: number[] = [];
  let [gapMilliseconds, last] = [0, performance.now()];
  const end = last + milliseconds;
  for (let number = 0; performance.now() < end; number++) {
    try {
      connection ??= await open();
      await connection.query({ sql: 'insert into written values (?)', values: [number], timeout: 2000 });
      written.push(number);
      const now = performance.now();
      gapMilliseconds = Math.max(gapMilliseconds, now - last);
      last = now;
    } catch {
      connection?.destroy();
      connection = undefined;
      await pause(20);
    }
    if (number === 50) writeFileSync('/tmp/watching', 'yes');
  }
  connection ??= await open();
  const [rows] = await connection.query('select number from written');
  const kept = new Set((rows as { number: number }[]).map(({ number }) => number));
  const lost = written.filter((one) => !kept.has(one)).length;
  console.log(
    JSON.stringify({ gapMilliseconds: Math.round(gapMilliseconds), written: written.length, lost }),
  );
  connection.destroy();
}

void (mode === 'watch' ? watch(Number(rest[0])) : once(rest));
