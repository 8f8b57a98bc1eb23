import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/**
 * Durable state: read from memory, written through to SQLite. All writes of one turn of the event loop
 * are one transaction; `settled()` resolves when it is committed, and only then may an answer leave.
 */
export interface Store {
  /** A named collection of plain JSON values by id, kept in insertion order. */
  collection<T>(name: string): Collection<T>;
  /**
   * Resolves at the end of this turn of the event loop, when everything written so far is committed.
   * Rejects when it could not be (a full disk); the writes are kept and tried again with the next ones.
   */
  settled(): Promise<void>;
  close(): void;
}

export interface Collection<T> {
  readonly size: number;
  get(id: string): T | undefined;
  has(id: string): boolean;
  /** Stores a value as it is at the end of this turn; an object changed later must be set again. */
  set(id: string, value: T): void;
  delete(id: string): boolean;
  values(): IterableIterator<T>;
  entries(): IterableIterator<[string, T]>;
}

/** Opens the store in a file, or in memory when there is none (tests). */
export function openStore(file?: string): Store {
  if (file) mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file ?? ':memory:');
  // NORMAL: what was answered survives the end of the process; a power cut may take the last moments.
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = normal; pragma journal_size_limit = 67108864;',
  );
  database.exec(
    'create table if not exists item (position integer primary key, collection text, id text, value text)',
  );
  return new SqliteStore(database, file ?? 'memory');
}

interface Row {
  readonly position: number;
  readonly collection: string;
  readonly id: string;
  readonly value: string;
}

/** One b-tree on disk, by position alone; where an item is, is known in memory. */
class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #file: string;
  readonly #collections = new Map<string, WriteThrough<unknown>>();
  /** What was read at the start and not asked for yet. */
  readonly #unread: Map<string, Row[]>;
  readonly #upsert: StatementSync;
  readonly #remove: StatementSync;
  readonly #dirty = new Set<WriteThrough<unknown>>();
  #last = 0;
  #turn: Promise<void> | undefined;

  constructor(database: DatabaseSync, file: string) {
    this.#database = database;
    this.#file = file;
    const rows = database.prepare('select * from item order by position').all() as unknown as Row[];
    this.#unread = Map.groupBy(rows, ({ collection }) => collection);
    this.#last = rows.at(-1)?.position ?? 0;
    this.#upsert = database.prepare(
      'insert or replace into item (position, collection, id, value) values (?, ?, ?, ?)',
    );
    this.#remove = database.prepare('delete from item where position = ?');
  }

  collection<T>(name: string): Collection<T> {
    let found = this.#collections.get(name);
    if (!found) {
      found = new WriteThrough(name, this.#unread.get(name) ?? [], (changed) => {
        this.#dirty.add(changed);
        void this.#endOfTurn();
      });
      this.#unread.delete(name);
      this.#collections.set(name, found);
    }
    return found as unknown as Collection<T>;
  }

  settled(): Promise<void> {
    return this.#endOfTurn();
  }

  #endOfTurn(): Promise<void> {
    if (!this.#turn) {
      this.#turn = new Promise((resolve) => setImmediate(resolve)).then(() => {
        this.#turn = undefined;
        this.#commit();
      });
      // Whoever waits hears of it; a write that nobody waits for is tried again.
      this.#turn.catch(() => undefined);
    }
    return this.#turn;
  }

  #commit(): void {
    if (this.#dirty.size === 0 || !this.#database.isOpen) return;
    try {
      this.#database.exec('begin');
      for (const collection of this.#dirty) collection.write(this.#upsert, this.#remove, () => ++this.#last);
      this.#database.exec('commit');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback');
      throw new Error(`the state could not be stored in ${this.#file}: ${(error as Error).message}`, {
        cause: error,
      });
    }
    for (const collection of this.#dirty) collection.written();
    this.#dirty.clear();
  }

  close(): void {
    if (!this.#database.isOpen) return;
    this.#commit();
    this.#database.close();
  }
}

class WriteThrough<T> implements Collection<T> {
  readonly #name: string;
  readonly #items = new Map<string, T>();
  readonly #positions = new Map<string, number>();
  readonly #changed = new Set<string>();
  readonly #removed: number[] = [];
  readonly #touch: (changed: WriteThrough<T>) => void;

  constructor(name: string, rows: readonly Row[], touch: (changed: WriteThrough<T>) => void) {
    this.#name = name;
    this.#touch = touch;
    for (const { id, value, position } of rows) {
      this.#items.set(id, JSON.parse(value) as T);
      this.#positions.set(id, position);
    }
  }

  get size(): number {
    return this.#items.size;
  }
  get(id: string): T | undefined {
    return this.#items.get(id);
  }
  has(id: string): boolean {
    return this.#items.has(id);
  }
  set(id: string, value: T): void {
    this.#items.set(id, value);
    this.#changed.add(id);
    this.#touch(this);
  }
  delete(id: string): boolean {
    if (!this.#items.delete(id)) return false;
    this.#changed.delete(id);
    const position = this.#positions.get(id);
    // Made and removed in one turn: it was never on disk.
    if (position !== undefined) {
      this.#positions.delete(id);
      this.#removed.push(position);
      this.#touch(this);
    }
    return true;
  }
  values(): IterableIterator<T> {
    return this.#items.values();
  }
  entries(): IterableIterator<[string, T]> {
    return this.#items.entries();
  }

  /** Writes what changed since the last time. */
  write(upsert: StatementSync, remove: StatementSync, next: () => number): void {
    for (const position of this.#removed) remove.run(position);
    for (const id of this.#changed) {
      let position = this.#positions.get(id);
      if (position === undefined) this.#positions.set(id, (position = next()));
      upsert.run(position, this.#name, id, JSON.stringify(this.#items.get(id)));
    }
  }

  /** The transaction is in: nothing is left to write. */
  written(): void {
    this.#changed.clear();
    this.#removed.length = 0;
  }
}
