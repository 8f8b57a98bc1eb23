import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Log events in a database of their own: they are many, and nobody needs them all in memory. */
export interface EventStore {
  append(
    group: string,
    stream: string,
    ingested: number,
    events: readonly { timestamp: number; message: string }[],
  ): void;
  /** Events in order of time, from a position on or back to it. */
  read(query: EventQuery): LogEvent[];
  deleteStream(group: string, stream: string): void;
  deleteGroup(group: string): void;
  /** Deletes a group's events from before a time. */
  expire(group: string, before: number): void;
  /** Deletes the oldest events of all until so many are left. */
  keepNewest(count: number): void;
  bytes(group: string): number;
  close(): void;
}

export interface LogEvent {
  readonly id: number;
  readonly stream: string;
  readonly timestamp: number;
  readonly ingested: number;
  readonly message: string;
}

export interface Position {
  readonly timestamp: number;
  readonly id: number;
}

export interface EventQuery {
  readonly group: string;
  readonly streams?: readonly string[];
  /** Inclusive. */
  readonly start?: number | undefined;
  /** Exclusive. */
  readonly end?: number | undefined;
  readonly after?: Position;
  readonly before?: Position;
  readonly newestFirst?: boolean;
  readonly limit: number;
}

const schema = `
  pragma journal_mode = wal;
  pragma synchronous = off;
  create table if not exists event (
    id integer primary key autoincrement, log_group text, stream text, timestamp integer, ingested integer, message text);
  create index if not exists by_stream on event (log_group, stream, timestamp, id);
  create index if not exists by_time on event (log_group, timestamp, id);
`;

export function openEvents(file: string): EventStore {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec(schema);
  const insert = database.prepare(
    'insert into event (log_group, stream, timestamp, ingested, message) values (?, ?, ?, ?, ?)',
  );
  const run = (sql: string, ...values: (string | number)[]) => database.prepare(sql).run(...values);
  return {
    append(group, stream, ingested, events) {
      database.exec('begin');
      for (const { timestamp, message } of events) insert.run(group, stream, timestamp, ingested, message);
      database.exec('commit');
    },
    read(query) {
      const { sql, values } = select(query);
      return database.prepare(sql).all(...values) as unknown as LogEvent[];
    },
    deleteStream: (group, stream) =>
      run('delete from event where log_group = ? and stream = ?', group, stream),
    deleteGroup: (group) => run('delete from event where log_group = ?', group),
    expire: (group, before) => run('delete from event where log_group = ? and timestamp < ?', group, before),
    keepNewest: (count) => run('delete from event where id <= (select max(id) from event) - ?', count),
    bytes(group) {
      const row = database
        .prepare('select sum(length(message) + 26) as bytes from event where log_group = ?')
        .get(group);
      return Number(row?.bytes ?? 0);
    },
    close() {
      database.close();
    },
  };
}

function select({ group, streams, start, end, after, before, newestFirst, limit }: EventQuery) {
  const conditions = ['log_group = ?'];
  const values: (string | number)[] = [group];
  const add = (condition: string, ...more: (string | number)[]) => {
    conditions.push(condition);
    values.push(...more);
  };
  if (streams) add(`stream in (${streams.map(() => '?').join(', ')})`, ...streams);
  if (start !== undefined) add('timestamp >= ?', start);
  if (end !== undefined) add('timestamp < ?', end);
  if (after) add('(timestamp, id) > (?, ?)', after.timestamp, after.id);
  if (before) add('(timestamp, id) < (?, ?)', before.timestamp, before.id);
  const order = newestFirst ? 'timestamp desc, id desc' : 'timestamp, id';
  const sql = `select id, stream, timestamp, ingested, message from event where ${conditions.join(' and ')} order by ${order} limit ?`;
  return { sql, values: [...values, limit] };
}
