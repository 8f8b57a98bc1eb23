import { inputMessage, type AgentMessage } from './agent-message.ts';

/** As AWS's session-manager-plugin does: from the round trips seen so far, within these bounds. */
const firstTimeout = 200;
const longestTimeout = 1000;

interface Kept {
  readonly message: AgentMessage;
  readonly addedAt: number;
  sentAt: number;
  attempts: number;
}

/** What was typed, numbered, and kept until the agent has acknowledged it. */
export class Outgoing {
  readonly #kept = new Map<number, Kept>();
  #next = 0;
  #roundTrip = 100;
  #variation = 0;

  add(payloadType: number, payload: Buffer, now: number): AgentMessage {
    const message = inputMessage(this.#next++, payloadType, payload);
    this.#kept.set(message.sequence, { message, addedAt: now, sentAt: now, attempts: 1 });
    return message;
  }

  acknowledge(sequence: number, now: number): void {
    const kept = this.#kept.get(sequence);
    if (!kept) return;
    this.#kept.delete(sequence);
    // Which of several attempts was answered is not known: they say nothing of the way's length.
    if (kept.attempts > 1) return;
    const trip = now - kept.sentAt;
    this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#roundTrip - trip);
    this.#roundTrip = 0.875 * this.#roundTrip + 0.125 * trip;
  }

  /** The oldest message, if its time to be sent again has come. */
  due(now: number): AgentMessage | undefined {
    const oldest = this.#oldest();
    if (!oldest || now - oldest.sentAt < this.timeout) return undefined;
    oldest.sentAt = now;
    oldest.attempts += 1;
    return oldest.message;
  }

  /** All that a new connection has to bring again. */
  all(now: number): readonly AgentMessage[] {
    return [...this.#kept.values()].map((kept) => {
      kept.sentAt = now;
      kept.attempts += 1;
      return kept.message;
    });
  }

  /** For how long the agent has acknowledged nothing though it should have. */
  silence(now: number): number {
    const oldest = this.#oldest();
    return oldest ? now - oldest.addedAt : 0;
  }

  get timeout(): number {
    const timeout = this.#roundTrip + Math.max(10, 4 * this.#variation);
    return Math.min(longestTimeout, Math.max(firstTimeout, timeout));
  }

  #oldest(): Kept | undefined {
    return this.#kept.values().next().value;
  }
}

/** How far ahead of its turn a message is kept. */
const window = 10_000;

/** What the agent sends, in order and once, however it arrives. */
export class Incoming {
  readonly #early = new Map<number, AgentMessage>();
  #next = 0;

  /** The messages whose turn has come; undefined: too far ahead, not to be acknowledged. */
  take(message: AgentMessage): readonly AgentMessage[] | undefined {
    if (message.sequence >= this.#next + window) return undefined;
    if (message.sequence >= this.#next) this.#early.set(message.sequence, message);
    const due: AgentMessage[] = [];
    for (let one = this.#early.get(this.#next); one; one = this.#early.get(this.#next)) {
      this.#early.delete(this.#next);
      this.#next += 1;
      due.push(one);
    }
    return due;
  }
}
