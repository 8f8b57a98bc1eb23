import { randomBytes } from 'node:crypto';
import type { Collection } from '../../store.ts';
import { Fifo } from './fifo.ts';
import { TimeHeap } from './heap.ts';
import type { Delivery, Message } from './state.ts';

export type EntryState = 'visible' | 'delayed' | 'inflight' | 'gone';

/** A message in a queue, with what became of it. */
export interface Entry {
  readonly message: Message;
  delivery: Delivery | undefined;
  state: EntryState;
  /** When it becomes visible (again). */
  visibleAt: number;
}

export interface Counts {
  readonly visible: number;
  readonly delayed: number;
  readonly inflight: number;
}

/**
 * The messages of one queue: what is visible waits in a line, what is not in a heap by time, so that neither
 * a receive nor a timeout looks at more than it takes. Outdated places in both are skipped when met.
 */
export class QueueEngine {
  readonly #messages: Collection<Message>;
  readonly #deliveries: Collection<Delivery>;
  readonly #isFifo: boolean;
  /** In the order they were sent. */
  readonly #entries = new Map<string, Entry>();
  readonly #line = new Fifo<Entry>();
  readonly #invisible = new TimeHeap<Entry>();
  /** What was done since the cloud was started. */
  readonly totals = { sent: 0, received: 0, deleted: 0 };
  readonly #counts: Record<EntryState, number> = { visible: 0, delayed: 0, inflight: 0, gone: 0 };

  constructor(messages: Collection<Message>, deliveries: Collection<Delivery>, isFifo: boolean) {
    this.#messages = messages;
    this.#deliveries = deliveries;
    this.#isFifo = isFifo;
  }

  /** Takes up a stored message, as it stood. */
  restore(message: Message): void {
    const delivery = this.#deliveries.get(message.id);
    const visibleAt = delivery?.visibleAt ?? message.visibleAt;
    this.#place({ message, delivery, state: 'gone', visibleAt }, delivery ? 'inflight' : 'delayed');
  }

  add(message: Message, now: number): void {
    this.totals.sent++;
    this.#messages.set(message.id, message);
    this.#place(
      { message, delivery: undefined, state: 'gone', visibleAt: message.visibleAt },
      message.visibleAt > now ? 'delayed' : 'visible',
    );
  }

  #place(entry: Entry, state: EntryState): void {
    this.#entries.set(entry.message.id, entry);
    this.#move(entry, state);
  }

  #move(entry: Entry, state: EntryState): void {
    this.#counts[entry.state]--;
    this.#counts[state]++;
    entry.state = state;
    if (state === 'visible') {
      if (!this.#isFifo) this.#line.push(entry);
    } else if (state !== 'gone') this.#invisible.push(entry.visibleAt, entry);
  }

  /** Lets appear what is due. */
  #surface(now: number): void {
    while ((this.#invisible.next ?? Infinity) <= now) {
      const entry = this.#invisible.pop();
      const isHidden = entry?.state === 'delayed' || entry?.state === 'inflight';
      if (entry && isHidden && entry.visibleAt <= now) this.#move(entry, 'visible');
    }
  }

  /** Drops what is older than the queue keeps messages. */
  expire(oldest: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.message.sent >= oldest) return;
      this.remove(entry);
    }
  }

  /** When the next message becomes visible by itself. */
  get nextVisible(): number | undefined {
    return this.#invisible.next;
  }

  counts(now: number): Counts {
    this.#surface(now);
    const { visible, delayed, inflight } = this.#counts;
    return { visible, delayed, inflight };
  }

  /** When the oldest message was sent; undefined in an empty queue. */
  get oldest(): number | undefined {
    const [first] = this.#entries.values();
    return first?.message.sent;
  }

  /** Puts visible messages that were looked at and not taken back in line. */
  putBack(entries: readonly Entry[]): void {
    if (this.#isFifo) return;
    for (const entry of entries) if (entry.state === 'visible') this.#line.push(entry);
  }

  /** The next visible messages, taken out of the line: receive or remove them, or put them back. */
  *visible(now: number): Generator<Entry> {
    this.#surface(now);
    if (this.#isFifo) yield* this.#inOrder();
    else {
      for (let entry = this.#line.shift(); entry; entry = this.#line.shift())
        if (entry.state === 'visible') yield entry;
    }
  }

  /** FIFO: a group is closed from its first message that is not visible. */
  *#inOrder(): Generator<Entry> {
    const closed = new Set<string>();
    for (const entry of this.#entries.values()) {
      const group = entry.message.groupId ?? '';
      if (closed.has(group)) continue;
      if (entry.state === 'visible') yield entry;
      else closed.add(group);
    }
  }

  receive(entry: Entry, now: number, visibilitySeconds: number): Delivery {
    const receipt = Buffer.concat([Buffer.from(`${entry.message.id} `), randomBytes(24)]).toString('base64');
    const { count = 0, first = now } = entry.delivery ?? {};
    this.totals.received++;
    entry.visibleAt = now + visibilitySeconds * 1000;
    const delivery = { count: count + 1, first, visibleAt: entry.visibleAt, receipt };
    this.#deliver(entry, delivery, visibilitySeconds > 0 ? 'inflight' : 'visible');
    return delivery;
  }

  changeVisibility(entry: Entry, now: number, seconds: number): void {
    if (!entry.delivery) return;
    entry.visibleAt = now + seconds * 1000;
    this.#deliver(
      entry,
      { ...entry.delivery, visibleAt: entry.visibleAt },
      seconds > 0 ? 'inflight' : 'visible',
    );
  }

  #deliver(entry: Entry, delivery: Delivery, state: EntryState): void {
    entry.delivery = delivery;
    this.#deliveries.set(entry.message.id, delivery);
    this.#move(entry, state);
  }

  /** The message of a receipt handle; undefined: deleted. Malformed handles answer null. */
  find(receipt: string): Entry | undefined | null {
    const [, id] = /^([0-9a-f-]{36}) /.exec(Buffer.from(receipt, 'base64').toString('latin1')) ?? [];
    return id === undefined ? null : this.#entries.get(id);
  }

  remove(entry: Entry): void {
    const { id } = entry.message;
    this.#entries.delete(id);
    this.#move(entry, 'gone');
    this.#messages.delete(id);
    this.#deliveries.delete(id);
  }

  clear(): void {
    for (const entry of [...this.#entries.values()]) this.remove(entry);
  }
}
