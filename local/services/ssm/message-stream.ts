import { randomUUID } from 'node:crypto';
import type { AgentMessage, MessageType } from './agent-message.ts';

/** Messages that are kept, in order, until the other side has acknowledged them. */
export class OutgoingStream {
  readonly #type: MessageType;
  readonly #kept = new Map<number, AgentMessage>();
  #next = 0;

  constructor(type: MessageType) {
    this.#type = type;
  }

  add(payloadType: number, payload: Buffer): AgentMessage {
    const message = { type: this.#type, sequence: this.#next++, id: randomUUID(), payloadType, payload };
    this.#kept.set(message.sequence, message);
    return message;
  }

  acknowledge(sequence: number): void {
    this.#kept.delete(sequence);
  }

  /** What the other side may not have got, the oldest first. */
  unacknowledged(): readonly AgentMessage[] {
    return [...this.#kept.values()];
  }

  get oldest(): AgentMessage | undefined {
    return this.#kept.values().next().value;
  }

  get size(): number {
    return this.#kept.size;
  }
}

/** Messages come in order and once, however they arrive. */
export class IncomingStream {
  readonly #early = new Map<number, AgentMessage>();
  #next = 0;

  /** The messages whose turn has come with this one. */
  take(message: AgentMessage): AgentMessage[] {
    if (message.sequence >= this.#next) this.#early.set(message.sequence, message);
    const due: AgentMessage[] = [];
    for (let one = this.#early.get(this.#next); one; one = this.#early.get(this.#next)) {
      this.#early.delete(this.#next++);
      due.push(one);
    }
    return due;
  }

  /** Whether a message may be kept until its turn: a sender that runs far ahead has to send again. */
  accepts({ sequence }: AgentMessage): boolean {
    return sequence < this.#next + 1000;
  }
}
