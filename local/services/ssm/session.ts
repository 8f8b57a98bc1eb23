import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Clock } from '../../clock.ts';
import type { Instances, Terminal } from '../../instances/instances.ts';
import {
  acknowledgement,
  decode,
  documentMessage,
  encode,
  payloadTypes,
  type AgentMessage,
} from './agent-message.ts';
import { IncomingStream, OutgoingStream } from './message-stream.ts';
import type { SessionPlan } from './session-documents.ts';

export interface SessionFacts {
  readonly sessionId: string;
  readonly instanceId: string;
  readonly plan: SessionPlan;
}

export interface SessionSurroundings {
  readonly clock: Clock;
  readonly instances: Pick<Instances, 'openTerminal'>;
  /** Why the agent may not open its side of the channel; undefined: it may. */
  readonly refusal: () => Promise<string | undefined>;
  /** Told once, when the session is over. */
  readonly onEnd: () => void;
}

/** AWS's default; a session in which nothing is typed and nothing shown for so long is ended. */
export const idleMilliseconds = 20 * 60_000;
/** The SSM agent's own: the size of a piece of output, and after what time a message is sent again. */
const pieceBytes = 1024;
const resendMilliseconds = 200;
/** Output waits in the program, not here, while the other side is behind. */
const aheadMessages = 200;
const farewellMilliseconds = 2000;
const agentVersion = '3.3.987.0';

/** The agent's side of one session: a terminal on an instance behind a data channel that may be lost and resumed. */
export class Session {
  readonly #facts: SessionFacts;
  readonly #around: SessionSurroundings;
  readonly #incoming = new IncomingStream();
  readonly #outgoing = new OutgoingStream('output_stream_data');
  #socket: WebSocket | undefined;
  #terminal: Promise<Terminal> | undefined;
  #greeted = 0;
  #over = false;
  #reason = '';
  #cancelResend = (): void => undefined;
  #cancelIdle = (): void => undefined;
  #whenEmpty = (): void => undefined;

  constructor(facts: SessionFacts, around: SessionSurroundings) {
    this.#facts = facts;
    this.#around = around;
    this.#beActive();
  }

  get isConnected(): boolean {
    return this.#socket !== undefined;
  }

  /** Takes a client's channel, the first one or one that resumes the session, instead of any before. */
  attach(socket: WebSocket): void {
    const before = this.#socket;
    this.#socket = socket;
    before?.close();
    socket.on('message', (data) => {
      this.#receive(data as Buffer);
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    if (this.#greeted === 0) void this.#open();
    else for (const message of this.#outgoing.unacknowledged()) this.#put(message);
  }

  /** Ends the session and everything in its terminal. */
  end(reason = ''): void {
    if (this.#over) return;
    this.#over = true;
    this.#reason = reason;
    this.#cancelIdle();
    this.#onTerminal((terminal) => {
      terminal.hangUp();
    });
    this.#close();
  }

  async #open(): Promise<void> {
    const refused = await this.#around.refusal();
    if (this.#over || this.#greeted !== 0) return;
    if (refused === undefined) this.#greet();
    else this.end(notOpened(this.#facts.sessionId, refused));
  }

  #greet(): void {
    this.#greeted = this.#around.clock.now();
    const { sessionType } = this.#facts.plan;
    const action = { ActionType: 'SessionType', ActionParameters: { SessionType: sessionType } };
    this.#sendDocument(payloadTypes.handshakeRequest, {
      AgentVersion: agentVersion,
      RequestedClientActions: [action],
    });
  }

  #receive(bytes: Buffer): void {
    let message: AgentMessage;
    try {
      message = decode(bytes);
    } catch (error) {
      this.#socket?.close(1007, (error as Error).message.slice(0, 100));
      return;
    }
    if (message.type === 'acknowledge') this.#acknowledged(message);
    if (message.type !== 'input_stream_data' || !this.#incoming.accepts(message)) return;
    this.#put(acknowledgement(message));
    for (const due of this.#incoming.take(message)) this.#handle(due);
  }

  #acknowledged({ payload }: AgentMessage): void {
    const { AcknowledgedMessageSequenceNumber: sequence } = documentOf(payload);
    if (typeof sequence === 'number') this.#outgoing.acknowledge(sequence);
    if (this.#outgoing.size < aheadMessages / 2)
      this.#onTerminal((terminal) => {
        terminal.resume();
      });
    if (this.#outgoing.size === 0) this.#whenEmpty();
  }

  #handle({ payloadType, payload }: AgentMessage): void {
    if (payloadType === payloadTypes.handshakeResponse) this.#start();
    if (payloadType === payloadTypes.output) {
      this.#beActive();
      this.#onTerminal((terminal) => {
        terminal.write(payload);
      });
    }
    if (payloadType === payloadTypes.size) {
      const { cols, rows } = documentOf(payload);
      if (isLength(cols) && isLength(rows))
        this.#onTerminal((terminal) => {
          terminal.resize({ columns: cols, rows });
        });
    }
  }

  /** The client is ready: its shell begins. */
  #start(): void {
    if (this.#terminal || this.#over) return;
    const { clock, instances } = this.#around;
    // In nanoseconds.
    const HandshakeTimeToComplete = (clock.now() - this.#greeted) * 1e6;
    this.#sendDocument(payloadTypes.handshakeComplete, { HandshakeTimeToComplete, CustomerMessage: '' });
    const { instanceId, plan } = this.#facts;
    this.#terminal = instances.openTerminal(instanceId, {
      argv: plan.argv,
      onOutput: (bytes) => {
        this.#show(bytes);
      },
    });
    this.#terminal.then(
      async ({ ended }) => {
        await ended;
        this.#finish();
      },
      (error: unknown) => {
        this.#reason = `Unable to start shell: ${(error as Error).message}`;
        this.#finish();
      },
    );
  }

  #show(bytes: Buffer): void {
    if (this.#over) return;
    this.#beActive();
    for (let at = 0; at < bytes.length; at += pieceBytes)
      this.#send(payloadTypes.output, bytes.subarray(at, at + pieceBytes));
    if (this.#outgoing.size > aheadMessages)
      this.#onTerminal((terminal) => {
        terminal.pause();
      });
  }

  /** The shell has ended by itself: its last words are delivered first. */
  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelIdle();
    const cancel = this.#around.clock.after(farewellMilliseconds, () => {
      this.#whenEmpty();
    });
    this.#whenEmpty = () => {
      this.#whenEmpty = () => undefined;
      cancel();
      this.#close();
    };
    if (this.#outgoing.size === 0) this.#whenEmpty();
  }

  #close(): void {
    this.#cancelResend();
    this.#put(
      documentMessage('channel_closed', {
        MessageId: randomUUID(),
        CreatedDate: String(this.#around.clock.now()),
        DestinationId: this.#facts.instanceId,
        SessionId: this.#facts.sessionId,
        MessageType: 'channel_closed',
        SchemaVersion: 1,
        Output: this.#reason,
      }),
    );
    this.#socket?.close(1000);
    this.#around.onEnd();
  }

  /** Once it is open; that it could not be opened is told elsewhere. */
  #onTerminal(act: (terminal: Terminal) => void): void {
    this.#terminal?.then(act, () => undefined);
  }

  #beActive(): void {
    this.#cancelIdle();
    this.#cancelIdle = this.#around.clock.after(idleMilliseconds, () => {
      this.end('Your session timed out due to inactivity.');
    });
  }

  #sendDocument(payloadType: number, content: object): void {
    this.#send(payloadType, Buffer.from(JSON.stringify(content)));
  }

  #send(payloadType: number, payload: Buffer): void {
    this.#put(this.#outgoing.add(payloadType, payload));
    if (this.#outgoing.size === 1) this.#watchAcknowledgement();
  }

  /** A client that is not ready for a message does not acknowledge it; then it comes again. */
  #watchAcknowledgement(): void {
    const watched = this.#outgoing.oldest;
    this.#cancelResend();
    if (!watched) return;
    this.#cancelResend = this.#around.clock.after(resendMilliseconds, () => {
      if (this.#outgoing.oldest === watched) this.#put(watched);
      this.#watchAcknowledgement();
    });
  }

  #put(message: AgentMessage): void {
    this.#socket?.send(encode(message, this.#around.clock.now()), () => undefined);
  }
}

/** As AWS's agent words it. */
const notOpened = (sessionId: string, why: string): string =>
  `----------ERROR-------\nSetting up data channel with id ${sessionId} failed: failed to create websocket for datachannel with error: CreateDataChannel failed with no output or error: createDataChannel request failed: unexpected response from the service <AccessDeniedException><Message>${why}</Message></AccessDeniedException>`;

const isLength = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) < 65_536;

function documentOf(payload: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(payload.toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
