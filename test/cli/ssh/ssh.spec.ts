import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { ResumeSessionCommand, StartSessionCommand, TerminateSessionCommand } from '@aws-sdk/client-ssm';
import { expect } from 'chai';
import { WebSocketServer, type WebSocket } from 'ws';
import { explainAwsError } from '../../../cli/aws/explain-error.ts';
import { parseWords } from '../../../cli/commands/ssh.ts';
import { decode, encode, payloadTypes, type AgentMessage } from '../../../cli/ssh/agent-message.ts';
import type { LocalTerminal } from '../../../cli/ssh/terminal.ts';
import type { Account } from '../support/account.ts';
import { manualClock, type ManualClock } from '../support/clocks.ts';
import { errorOf, run, shop } from '../support/commands.ts';
import { environment } from '../support/fixtures.ts';

/** An SSM agent that a test plays, behind the service's WebSocket. */
class Agent {
  /** Why it lets no one in. */
  refusal: string | undefined;
  readonly server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    verifyClient: (_, answer) => {
      answer(this.refusal === undefined, 403, this.refusal);
    },
  });
  readonly tokens: string[] = [];
  readonly signed: string[] = [];
  readonly typed: string[] = [];
  readonly sizes: unknown[] = [];
  handshake: unknown = {
    AgentVersion: '3.3',
    RequestedClientActions: [
      { ActionType: 'SessionType', ActionParameters: { SessionType: 'InteractiveCommands' } },
    ],
  };
  response: unknown;
  /** What the agent does when its client is ready. */
  play = (): void => undefined;
  /** What it was told to run. */
  command = '';
  /** Takes no messages, and acknowledges none. */
  isDeaf = false;
  readonly missed: AgentMessage[] = [];
  #socket: WebSocket | undefined;
  #next = 0;
  readonly #heard = new Set<number>();

  constructor() {
    this.server.on('connection', (socket, request) => {
      this.#socket = socket;
      this.signed.push(request.headers.authorization ?? '');
      socket.on('message', (data, isBinary) => {
        if (isBinary) this.#receive(decode(data as Buffer));
        else {
          this.#opened((JSON.parse((data as Buffer).toString()) as { TokenValue: string }).TokenValue);
        }
      });
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1/data-channel/ann-1?role=publish_subscribe`;
  }

  #opened(token: string): void {
    this.tokens.push(token);
    if (token !== 'first') return;
    this.#next = 0;
    this.#heard.clear();
    this.send(payloadTypes.handshakeRequest, JSON.stringify(this.handshake));
  }

  #receive(message: AgentMessage): void {
    if (message.type !== 'input_stream_data') return;
    if (this.isDeaf) {
      this.missed.push(message);
      return;
    }
    this.put({
      type: 'acknowledge',
      sequence: 0,
      id: message.id,
      payloadType: 0,
      payload: Buffer.from(JSON.stringify({ AcknowledgedMessageSequenceNumber: message.sequence })),
    });
    if (this.#heard.has(message.sequence)) return;
    this.#heard.add(message.sequence);
    const text = message.payload.toString();
    if (message.payloadType === payloadTypes.output) this.typed.push(text);
    if (message.payloadType === payloadTypes.size) this.sizes.push(JSON.parse(text));
    if (message.payloadType !== payloadTypes.handshakeResponse) return;
    this.response = JSON.parse(text);
    this.send(payloadTypes.handshakeComplete, '{"CustomerMessage":""}');
    this.play();
  }

  send(payloadType: number, text: string): void {
    this.put({
      type: 'output_stream_data',
      sequence: this.#next++,
      id: '00112233-4455-6677-8899-aabbccddeeff',
      payloadType,
      payload: Buffer.from(text),
    });
  }

  show = (text: string): void => {
    this.send(payloadTypes.output, text);
  };

  put(message: AgentMessage): void {
    this.#socket?.send(encode(message, 1));
  }

  /** The command ends: it says so itself. */
  end(exitCode: number): void {
    const mark = /%s.036' (\w+) /.exec(this.command)?.[1] ?? '';
    this.show(`\x1e${mark}:${exitCode}\x1e`);
    this.close();
  }

  close(output = ''): void {
    const content = { SessionId: 'ann-1', MessageType: 'channel_closed', Output: output };
    this.put({
      type: 'channel_closed',
      sequence: 0,
      id: '00112233-4455-6677-8899-aabbccddeeff',
      payloadType: 0,
      payload: Buffer.from(JSON.stringify(content)),
    });
  }

  lose(): void {
    this.#socket?.terminate();
  }
}

describe('beanpole ssh', () => {
  let self: Account;
  let agent: Agent;
  let clock: ManualClock;
  let terminated: string[];
  beforeEach(async () => {
    self = shop();
    clock = manualClock();
    Object.assign(self.context, { clock });
    self.context.clients.ssm.config.credentials = async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's' });
    agent = new Agent();
    await once(agent.server, 'listening');
    terminated = [];
    self.ssm.on(StartSessionCommand).callsFake(({ Parameters }: { Parameters: { command: string[] } }) => {
      const [command = ''] = Parameters.command;
      agent.command = command;
      return { SessionId: 'ann-1', StreamUrl: agent.url, TokenValue: 'first' };
    });
    self.ssm.on(ResumeSessionCommand).callsFake(() => ({ StreamUrl: agent.url, TokenValue: 'second' }));
    self.ssm.on(TerminateSessionCommand).callsFake(({ SessionId }: { SessionId: string }) => {
      terminated.push(SessionId);
      return {};
    });
  });
  afterEach(() => {
    for (const socket of agent.server.clients) socket.terminate();
    agent.server.close();
  });

  async function until<T>(what: string, ask: () => T | undefined | false): Promise<T> {
    const end = Date.now() + 5000;
    for (;;) {
      const value = ask();
      if (value !== undefined && value !== false) return value;
      if (Date.now() > end) throw new Error(`Not within 5 s: ${what}`);
      await turn();
    }
  }

  /** Gives the command a terminal. */
  function sitDown() {
    const nothing = (): void => undefined;
    const desk = {
      shown: '',
      isCaptured: false,
      size: { columns: 100, rows: 30 },
      answers: [] as string[],
      type: nothing as (text: string) => void,
      resize: nothing,
    };
    const terminal: LocalTerminal = {
      size: () => desk.size,
      capture(onInput, onResize) {
        desk.isCaptured = true;
        desk.type = (text) => {
          onInput(Buffer.from(text));
        };
        desk.resize = onResize;
        return () => (desk.isCaptured = false);
      },
      show: (bytes) => void (desk.shown += bytes.toString()),
      ask: async () => desk.answers.shift() ?? '',
    };
    Object.assign(self.context, { terminal });
    return desk;
  }

  it('runs a command and ends with its exit code', async () => {
    agent.play = () => {
      agent.show('Linux\n');
      agent.end(3);
    };
    const error = await errorOf(self, 'ssh dev/web -- uname -a');
    expect([error.exitCode, error.message]).to.deep.equal([3, '']);
    expect(self.output.data).to.deep.equal(['Linux\n']);
    expect(self.output.notes).to.deep.equal([]);
    expect(agent.command).to.match(/^cd; stty raw -echo; bash -c 'uname -a' <\/dev\/null; printf /);
    expect(terminated).to.deep.equal([]);
  });

  it('opens the channel with its token and a signature', async () => {
    agent.play = () => {
      agent.end(0);
    };
    await run(self, 'ssh dev/web -- true');
    expect(agent.tokens).to.deep.equal(['first']);
    expect(agent.signed[0]).to.match(/^AWS4-HMAC-SHA256 Credential=AKIA\/\d{8}\/eu-central-1\/ssmmessages\//);
    expect(agent.response).to.deep.include({
      ProcessedClientActions: [{ ActionType: 'SessionType', ActionStatus: 1, ActionResult: null, Error: '' }],
      Errors: [],
    });
  });

  it('says which permission is missing when the channel is refused, and ends the session', async () => {
    agent.refusal = 'User: ann is not authorized to perform: ssmmessages:OpenDataChannel on resource: s';
    const error = await errorOf(self, 'ssh dev/web -- true');
    expect(explainAwsError(error, {})?.next).to.match(/^allow ssmmessages:OpenDataChannel on s to ann /);
    agent.refusal = 'Forbidden';
    expect(explainAwsError(await errorOf(self, 'ssh dev/web -- true'), {})?.message).to.equal(
      'AWS denied the call: the data channel, which needs ssmmessages:OpenDataChannel, was refused: Forbidden',
    );
    expect(terminated).to.have.length(2);
  });

  it('gives a shell keyboard and window, and takes neither for longer than it lasts', async () => {
    const desk = sitDown();
    agent.play = () => {
      agent.show('$ ');
    };
    const ended = run(self, 'ssh dev/web');
    await until('a prompt', () => desk.shown === '$ ');
    expect(agent.command).to.contain('stty rows 30 cols 100; bash -l;');
    desk.type('ls\r');
    desk.type('\u0003');
    desk.size = { columns: 80, rows: 24 };
    desk.resize();
    await until('a new size', () => agent.sizes.length === 2);
    expect(agent.typed).to.deep.equal(['ls\r', '\u0003']);
    expect(agent.sizes).to.deep.equal([
      { cols: 100, rows: 30 },
      { cols: 80, rows: 24 },
    ]);
    expect(desk.isCaptured).to.equal(true);
    agent.end(0);
    await ended;
    expect(desk.isCaptured).to.equal(false);
    expect(self.output.notes).to.deep.equal([
      'A shell on i-1 of dev/web; exit ends it.',
      'The session on i-1 has ended.',
    ]);
  });

  it('resumes a session whose connection was lost, and brings again what was not acknowledged', async () => {
    const desk = sitDown();
    const ended = run(self, 'ssh dev/web');
    await until('a shell', () => desk.isCaptured && agent.sizes.length === 1);
    agent.isDeaf = true;
    desk.type('lost?');
    await until('the key', () => agent.missed.length > 0);
    agent.isDeaf = false;
    agent.lose();
    await until('the key again', () => agent.typed.join('') === 'lost?');
    expect(agent.tokens).to.deep.equal(['first', 'second']);
    agent.end(0);
    await ended;
  });

  it('brings again what an agent was not ready for', async () => {
    const desk = sitDown();
    const ended = run(self, 'ssh dev/web');
    await until('a shell', () => desk.isCaptured && agent.sizes.length === 1);
    agent.isDeaf = true;
    desk.type('early');
    await until('the key', () => agent.missed.length > 0);
    agent.isDeaf = false;
    await clock.advance(250);
    await until('the key again', () => agent.typed.join('') === 'early');
    expect(agent.tokens).to.deep.equal(['first']);
    agent.end(0);
    await ended;
  });

  it('says what ended a session before its command, and has given the terminal back', async () => {
    const desk = sitDown();
    agent.play = () => {
      agent.close('Your session timed out due to inactivity.');
    };
    const error = await errorOf(self, 'ssh dev/web');
    expect(error.message).to.equal('The session on i-1 was ended before what ran in it.');
    expect(error.now[0]).to.equal('Your session timed out due to inactivity.');
    expect(desk.isCaptured).to.equal(false);
  });

  it('gives up a session that cannot be resumed', async () => {
    sitDown();
    self.ssm.on(ResumeSessionCommand).resolves({ SessionId: 'ann-1' });
    agent.play = () => {
      agent.lose();
    };
    expect((await errorOf(self, 'ssh dev/web')).now[0]).to.equal('The session timed out.');
  });

  it('leaves no session behind when it is interrupted', async () => {
    agent.play = () => {
      self.interrupt.abort();
    };
    const error = await errorOf(self, 'ssh dev/web -- sleep 1000');
    expect(error.exitCode).to.equal(130);
    expect(terminated).to.deep.equal(['ann-1']);
  });

  it('says that it cannot encrypt with a KMS key, and what can', async () => {
    agent.handshake = {
      RequestedClientActions: [{ ActionType: 'KMSEncryption', ActionParameters: { KMSKeyId: 'key' } }],
    };
    const error = await errorOf(self, 'ssh dev/web -- true');
    expect(error.message).to.contain('KMS key');
    expect(error.next).to.contain('aws ssm start-session --target i-1');
    await until('an answer', () => agent.response !== undefined);
    expect(agent.response).to.deep.include({ Errors: ['Unsupported action KMSEncryption'] });
  });

  it('says why an instance cannot be reached', async () => {
    self.ssm
      .on(StartSessionCommand)
      .rejects(Object.assign(new Error('i-1 is not connected.'), { name: 'TargetNotConnected' }));
    const error = await errorOf(self, 'ssh dev/web -- true');
    expect(error.message).to.equal('i-1 is not connected to Systems Manager.');
    expect(error.next).to.contain('beanpole status');
  });

  it('needs a terminal for a shell', async () => {
    const error = await errorOf(self, 'ssh dev/web');
    expect([error.exitCode, error.next]).to.deep.equal([
      2,
      'beanpole ssh dev/web -- <command>   (runs one command)',
    ]);
    expect(self.ssm.commandCalls(StartSessionCommand)).to.have.length(0);
  });

  describe('where there are several instances', () => {
    const targets = () =>
      self.ssm.commandCalls(StartSessionCommand).map(({ args: [{ input }] }) => input.Target);
    const [first, second] = ['i-00000000000000001', 'i-00000000000000002'];
    beforeEach(() => {
      self.add(environment(), first, second);
      agent.play = () => {
        agent.end(0);
      };
    });

    it('asks which one, until the answer is one of them', async () => {
      const desk = sitDown();
      desk.answers = ['7', '2'];
      await run(self, 'ssh dev/web');
      expect(targets()).to.deep.equal([second]);
      expect(self.output.notes.join('\n')).to.match(new RegExp(`1 +${first} +eu-central-1a +InService`));
    });

    it('takes the first one for an empty answer', async () => {
      sitDown();
      await run(self, 'ssh dev/web');
      expect(targets()).to.deep.equal([first]);
    });

    it('takes the one that is given, either way', async () => {
      await run(self, `ssh dev/web ${second} -- true`);
      await run(self, `ssh dev/web --instance ${first} -- true`);
      expect(targets()).to.deep.equal([second, first]);
    });

    it('lists them where nobody can be asked', async () => {
      const error = await errorOf(self, 'ssh dev/web -- true');
      expect(error.now).to.have.length(2);
      expect(error.next).to.contain(`--instance ${first}`);
    });

    it('refuses one that is not there any more', async () => {
      const error = await errorOf(self, 'ssh dev/web i-0badc0ffee0ddf00d -- true');
      expect(error.message).to.equal('i-0badc0ffee0ddf00d is no instance of dev/web (any more).');
      expect(error.now).to.deep.equal([`It has ${first}, ${second}.`]);
    });
  });

  it('says that there is no instance', async () => {
    self.add(environment());
    expect((await errorOf(self, 'ssh dev/web -- true')).message).to.equal('dev/web has no instances.');
  });
});

describe('the words after the environment', () => {
  for (const [words, given, instance, line] of [
    [[], undefined, undefined, undefined],
    [['i-0a1b2c3d4e5f60718'], undefined, 'i-0a1b2c3d4e5f60718', undefined],
    [['i-0a1b2c3d', 'ls', '-l'], undefined, 'i-0a1b2c3d', 'ls -l'],
    [['uname', '-a'], undefined, undefined, 'uname -a'],
    [['i-0a1b2c3d'], 'i-0f0f0f0f', 'i-0f0f0f0f', 'i-0a1b2c3d'],
    [['i-am-a-command'], undefined, undefined, 'i-am-a-command'],
  ] as const) {
    it(`are an instance, a line, both or neither: ${words.join(' ') || '(none)'}`, () => {
      expect(parseWords(words, given)).to.deep.equal({ instance, line });
    });
  }
});
