import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import { acknowledgementOf, decode, encode, payloadTypes, type AgentMessage } from './agent-message.ts';
import { answerHandshake, openingOf } from './handshake.ts';
import { Incoming, Outgoing } from './streams.ts';

/** What opens a session's channel, once. */
export interface ChannelKey {
  readonly url: string;
  readonly token: string;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ChannelOptions {
  readonly clock: Clock;
  readonly key: ChannelKey;
  /** Headers of the request that opens the connection. */
  readonly sign: (url: string) => Promise<Record<string, string>>;
  /** A new key after the connection was lost; undefined: the session is over. */
  readonly resume: () => Promise<ChannelKey | undefined>;
  /** The agent is ready: from now on it takes what is typed. */
  readonly onReady: () => void;
  readonly onOutput: (bytes: Buffer) => void;
}

/** How a session ended: what the service says of it, and whether this client could not take part. */
export interface ChannelEnd {
  readonly said: string;
  readonly problems: readonly string[];
}

/** What AWS answers instead of a data channel, in the shape of an error of its SDK. */
class ChannelRefused extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(httpStatusCode: number, said: string) {
    super(`the data channel, which needs ssmmessages:OpenDataChannel, was refused: ${said}`);
    this.name = 'ChannelRefused';
    this.$metadata = { httpStatusCode };
  }
}

const pingMilliseconds = 30_000;
const tickMilliseconds = 100;
/** AWS's client gives up then, too. */
const silenceMilliseconds = 5 * 60_000;
const reconnections = 5;
const pieceBytes = 1024;

/** The client's side of Session Manager's data channel; goes on over a new connection when one is lost. */
export class DataChannel {
  readonly #options: ChannelOptions;
  readonly #incoming = new Incoming();
  readonly #outgoing = new Outgoing();
  readonly #clientId = randomUUID();
  readonly #ended = Promise.withResolvers<ChannelEnd>();
  readonly #stop = new AbortController();
  #socket: WebSocket | undefined;
  #isReady = false;
  #heard = 0;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** Resolves with how the session ended; rejects when its connection is lost for good. */
  get ended(): Promise<ChannelEnd> {
    return this.#ended.promise;
  }

  async open(): Promise<void> {
    this.#ended.promise.catch(() => undefined); // told to whoever waits for it
    await this.#connect(this.#options.key);
    void this.#watch();
  }

  /** What a person typed. */
  write(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += pieceBytes)
      this.#send(payloadTypes.output, bytes.subarray(at, at + pieceBytes));
  }

  resize({ columns, rows }: TerminalSize): void {
    this.#send(payloadTypes.size, Buffer.from(JSON.stringify({ cols: columns, rows })));
  }

  /** Lets go of the session; it does not end by that. */
  close(): void {
    this.#stop.abort();
    this.#socket?.close();
  }

  async #connect({ url, token }: ChannelKey): Promise<void> {
    const socket = new WebSocket(url, { headers: await this.#options.sign(url), handshakeTimeout: 15_000 });
    await new Promise<void>((done, fail) => {
      socket.once('open', done);
      socket.once('error', fail);
      socket.once('unexpected-response', (_, response) => {
        const { statusCode = 0, statusMessage = '' } = response;
        text(response)
          .then((body) => {
            fail(new ChannelRefused(statusCode, body || statusMessage));
          }, fail)
          .finally(() => {
            socket.terminate();
          });
      });
    });
    this.#socket = socket;
    this.#heard = this.#options.clock.now();
    socket.on('error', () => undefined); // it closes then, too
    socket.on('pong', () => (this.#heard = this.#options.clock.now()));
    socket.on('message', (data) => {
      this.#receive(data as Buffer);
    });
    socket.on('close', () => {
      if (this.#socket === socket && !this.#stop.signal.aborted) void this.#reconnect();
    });
    socket.send(openingOf(token, this.#clientId, randomUUID()));
    for (const message of this.#outgoing.all(this.#options.clock.now())) this.#put(message);
  }

  async #reconnect(): Promise<void> {
    this.#socket = undefined;
    const { clock, resume } = this.#options;
    for (let attempt = 1; !this.#stop.signal.aborted; attempt += 1) {
      try {
        const key = await resume();
        if (!key) {
          this.#finish({ said: 'The session timed out.', problems: [] });
          return;
        }
        await this.#connect(key);
        return;
      } catch (error) {
        if (attempt === reconnections) {
          this.#fail(new Error('The connection to the session was lost.', { cause: error }));
          return;
        }
        await clock.sleep(200 * 2 ** attempt, this.#stop.signal).catch(() => undefined);
      }
    }
  }

  #receive(bytes: Buffer): void {
    this.#heard = this.#options.clock.now();
    let message: AgentMessage;
    try {
      message = decode(bytes);
    } catch {
      return; // it comes again, unacknowledged
    }
    if (message.type === 'acknowledge') this.#acknowledged(message);
    if (message.type === 'channel_closed')
      this.#finish({ said: textMember(message.payload, 'Output'), problems: [] });
    if (message.type !== 'output_stream_data') return;
    const due = this.#incoming.take(message);
    if (due) this.#put(acknowledgementOf(message));
    for (const one of due ?? []) this.#handle(one);
  }

  #acknowledged({ payload }: AgentMessage): void {
    const sequence = member(payload, 'AcknowledgedMessageSequenceNumber');
    if (typeof sequence === 'number') this.#outgoing.acknowledge(sequence, this.#options.clock.now());
  }

  #handle({ payloadType, payload }: AgentMessage): void {
    if (payloadType === payloadTypes.handshakeRequest) {
      const { response, problems } = answerHandshake(payload);
      this.#send(payloadTypes.handshakeResponse, response);
      if (problems.length > 0) this.#finish({ said: '', problems });
    }
    if (payloadType === payloadTypes.handshakeComplete) {
      const message = textMember(payload, 'CustomerMessage');
      if (message !== '') this.#options.onOutput(Buffer.from(`${message}\r\n`));
      this.#becomeReady();
    }
    if (payloadType === payloadTypes.output || payloadType === payloadTypes.standardError) {
      // Old agents shake no hands.
      this.#becomeReady();
      this.#options.onOutput(payload);
    }
  }

  #becomeReady(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#options.onReady();
  }

  /** Sends again what the agent was not ready for; notices when the line is dead. */
  async #watch(): Promise<void> {
    const { clock } = this.#options;
    let pinged = clock.now();
    for (;;) {
      await clock.sleep(tickMilliseconds, this.#stop.signal).catch(() => undefined);
      if (this.#stop.signal.aborted) return;
      const now = clock.now();
      const again = this.#outgoing.due(now);
      if (again) this.#put(again);
      if (this.#outgoing.silence(now) > silenceMilliseconds)
        this.#fail(new Error('The agent on the instance does not answer any more.'));
      if (now - pinged >= pingMilliseconds) {
        if (now - this.#heard > 2 * pingMilliseconds) this.#socket?.terminate();
        else if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.ping();
        pinged = now;
      }
    }
  }

  #send(payloadType: number, payload: Buffer): void {
    this.#put(this.#outgoing.add(payloadType, payload, this.#options.clock.now()));
  }

  #put(message: AgentMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN)
      this.#socket.send(encode(message, this.#options.clock.now()));
  }

  #finish(end: ChannelEnd): void {
    this.#ended.resolve(end);
    this.close();
  }

  #fail(error: Error): void {
    this.#ended.reject(error);
    this.close();
  }
}

function member(payload: Buffer, name: string): unknown {
  try {
    return (JSON.parse(payload.toString()) as Record<string, unknown> | null)?.[name];
  } catch {
    return undefined;
  }
}

function textMember(payload: Buffer, name: string): string {
  const value = member(payload, name);
  return typeof value === 'string' ? value : '';
}
