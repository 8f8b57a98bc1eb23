import { once } from 'node:events';
import { SSM } from '@aws-sdk/client-ssm';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import {
  acknowledgement,
  decode,
  encode,
  payloadTypes,
  type AgentMessage,
} from '../../../../local/services/ssm/agent-message.ts';
import { OutgoingStream } from '../../../../local/services/ssm/message-stream.ts';
import { createSsm } from '../../../../local/services/ssm/service.ts';
import { idleMilliseconds } from '../../../../local/services/ssm/session.ts';
import {
  addInstance,
  failure,
  startRegion,
  type FakeTerminal,
  type TestRegion,
} from '../../../support/region.ts';

const interactive = (command: string) => ({
  DocumentName: 'AWS-StartInteractiveCommand',
  Parameters: { command: [command] },
});

/** A client at the other end of a data channel, which acknowledges all or nothing. */
class Client {
  readonly socket: WebSocket;
  readonly got: AgentMessage[] = [];
  readonly typed = new OutgoingStream('input_stream_data');
  acknowledges = true;

  constructor(url: string, token: string) {
    this.socket = new WebSocket(url);
    this.socket.on('open', () => {
      this.socket.send(JSON.stringify({ MessageSchemaVersion: '1.0', TokenValue: token }));
    });
    this.socket.on('message', (data) => {
      const message = decode(data as Buffer);
      this.got.push(message);
      if (message.type !== 'output_stream_data' || !this.acknowledges) return;
      this.socket.send(encode(acknowledgement(message), 1));
      if (message.payloadType === payloadTypes.handshakeRequest)
        this.type(payloadTypes.handshakeResponse, '{}');
    });
  }

  type(payloadType: number, text: string): void {
    this.socket.send(encode(this.typed.add(payloadType, Buffer.from(text)), 1));
  }

  /** Everything shown, each message once. */
  get shown(): string {
    const messages = new Map(this.got.map((message) => [message.sequence, message]));
    return [...messages.values()]
      .filter(({ type, payloadType }) => type === 'output_stream_data' && payloadType === payloadTypes.output)
      .map(({ payload }) => payload.toString())
      .join('');
  }

  get saidAtEnd(): string | undefined {
    const closed = this.got.find(({ type }) => type === 'channel_closed');
    return closed && (JSON.parse(closed.payload.toString()) as { Output: string }).Output;
  }
}

describe('Session Manager', () => {
  let region: TestRegion;
  let ssm: SSM;
  const clients: Client[] = [];
  beforeEach(async () => {
    region = await startRegion({ ssm: createSsm });
    ssm = new SSM(region.client);
    addInstance(region, 'i-1');
  });
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate();
    ssm.destroy();
    await region.close();
  });

  async function until<T>(
    what: string,
    ask: () => T | false | undefined | Promise<T | false | undefined>,
  ): Promise<T> {
    const end = Date.now() + 5000;
    for (;;) {
      const value = await ask();
      if (value !== undefined && value !== false) return value;
      if (Date.now() > end) throw new Error(`Not within 5 s: ${what}`);
      await region.settle();
    }
  }

  async function start(input: object = {}) {
    const {
      SessionId = '',
      StreamUrl = '',
      TokenValue = '',
    } = await ssm.startSession({
      Target: 'i-1',
      ...input,
    });
    return { id: SessionId, url: StreamUrl, token: TokenValue };
  }

  function connect({ url, token }: { url: string; token: string }): Client {
    const client = new Client(url, token);
    clients.push(client);
    return client;
  }

  async function open(input: object = {}): Promise<{ id: string; client: Client; terminal: FakeTerminal }> {
    const session = await start(input);
    const client = connect(session);
    const before = region.machines.terminals.length;
    const terminal = await until('a terminal', () => region.machines.terminals[before]);
    return { id: session.id, client, terminal };
  }

  const statusOf = async (id: string, State: 'Active' | 'History') =>
    (await ssm.describeSessions({ State })).Sessions?.find(({ SessionId }) => SessionId === id)?.Status;

  it('has a shell shake hands, then carries keys, sizes and output', async () => {
    const { id, client, terminal } = await open();
    expect(terminal).to.deep.include({ instanceId: 'i-1', argv: ['sh'] });
    const [request, complete] = await until('the handshake', () => {
      const found = client.got.filter(({ type }) => type === 'output_stream_data');
      return found.length >= 2 && found;
    });
    expect([request?.payloadType, complete?.payloadType]).to.deep.equal([5, 7]);
    expect(JSON.parse(request?.payload.toString() ?? '')).to.deep.include({
      RequestedClientActions: [
        { ActionType: 'SessionType', ActionParameters: { SessionType: 'Standard_Stream' } },
      ],
    });
    client.type(payloadTypes.size, '{"cols":120,"rows":40}');
    client.type(payloadTypes.output, 'ls\r');
    client.type(payloadTypes.output, '\u0003');
    await until('two keys', () => terminal.typed.length === 2);
    expect(terminal.typed).to.deep.equal(['ls\r', '\u0003']);
    expect(terminal.sizes).to.deep.equal([{ columns: 120, rows: 40 }]);
    terminal.show(`${'x'.repeat(3000)}\r\n`);
    await until('the output', () => client.shown.length === 3002);
    expect(await statusOf(id, 'Active')).to.equal('Connected');
    terminal.end(0);
    await once(client.socket, 'close');
    expect(client.saidAtEnd).to.equal('');
    expect(await statusOf(id, 'Active')).to.equal(undefined);
    expect(await statusOf(id, 'History')).to.equal('Terminated');
  });

  it('runs a command on a terminal', async () => {
    const { terminal } = await open(interactive('top -b'));
    expect(terminal.argv).to.deep.equal(['sh', '-c', 'top -b']);
  });

  it('takes keys in order and once', async () => {
    const { client, terminal } = await open();
    const [a, b, c] = ['a', 'b', 'c'].map((key) => client.typed.add(payloadTypes.output, Buffer.from(key)));
    for (const message of [c, b, b, a, c]) if (message) client.socket.send(encode(message, 1));
    await until('three keys', () => terminal.typed.length >= 3);
    await region.settle();
    expect(terminal.typed).to.deep.equal(['a', 'b', 'c']);
  });

  it('sends again what is not acknowledged, and lets the program wait when much is not', async () => {
    const { client, terminal } = await open();
    await until('the handshake', () => client.got.length >= 3);
    client.acknowledges = false;
    terminal.show('first');
    await until('the output', () => client.shown === 'first');
    const before = client.got.length;
    region.clock.advance(250);
    const again = await until('it again', () => client.got[before]);
    expect(again.payload.toString()).to.equal('first');
    expect(terminal.isPaused()).to.equal(false);
    terminal.show('y'.repeat(300 * 1024));
    await until('the program waiting', () => terminal.isPaused());
    client.acknowledges = true;
    for (const message of client.got) client.socket.send(encode(acknowledgement(message), 1));
    await until('the program going on', () => {
      region.clock.advance(250);
      return !terminal.isPaused();
    });
  });

  it('goes on over a new connection with a new token', async () => {
    const { id, client, terminal } = await open();
    await until('the handshake', () => client.got.length >= 3);
    client.socket.terminate();
    await until('the loss', async () => (await statusOf(id, 'Active')) === 'Disconnected');
    terminal.show('meanwhile');
    const { StreamUrl: url = '', TokenValue: token = '' } = await ssm.resumeSession({ SessionId: id });
    const second = connect({ url, token });
    await until('what was shown meanwhile', () => second.shown === 'meanwhile');
    expect(region.machines.terminals).to.have.length(1);
  });

  it('opens a channel with its own unused token only', async () => {
    const first = await start();
    const other = await start();
    for (const token of ['', 'x'.repeat(first.token.length), other.token]) {
      const [code] = (await once(connect({ url: first.url, token }).socket, 'close')) as [number];
      expect(code).to.equal(1008);
    }
    connect(first);
    await until('a terminal', () => region.machines.terminals[0]);
    const [code] = (await once(connect(first).socket, 'close')) as [number];
    expect(code).to.equal(1008);
    expect(region.machines.terminals).to.have.length(1);
  });

  it('closes channels that say nothing, and those that say nonsense', async () => {
    const { url } = await start();
    const silent = new WebSocket(url);
    await once(silent, 'open');
    await region.settle();
    region.clock.advance(10_000);
    expect(((await once(silent, 'close')) as [number])[0]).to.equal(1008);
    const { client } = await open();
    client.socket.send(Buffer.from('no message'));
    expect(((await once(client.socket, 'close')) as [number])[0]).to.equal(1007);
    const elsewhere = new WebSocket(url.replace('data-channel', 'control-channel'));
    expect(((await once(elsewhere, 'error')) as [Error])[0].message).to.contain('404');
  });

  it('ends a session that is terminated, one that is idle, and all when it stops', async () => {
    const terminated = await open();
    await ssm.terminateSession({ SessionId: terminated.id });
    await once(terminated.client.socket, 'close');
    expect(await terminated.terminal.ended).to.equal(129);
    expect(await ssm.resumeSession({ SessionId: terminated.id })).not.to.have.property('TokenValue');

    const idle = await open();
    region.clock.advance(idleMilliseconds - 1000);
    idle.client.type(payloadTypes.output, 'x');
    await until('the key', () => idle.terminal.typed.length === 1);
    region.clock.advance(idleMilliseconds - 1000);
    await region.settle();
    expect(idle.client.saidAtEnd).to.equal(undefined);
    region.clock.advance(2000);
    await once(idle.client.socket, 'close');
    expect(idle.client.saidAtEnd).to.equal('Your session timed out due to inactivity.');

    const open2 = await open();
    region = await region.restart();
    expect(await open2.terminal.ended).to.equal(129);
    ssm.destroy();
    ssm = new SSM(region.client);
    expect(await statusOf(open2.id, 'History')).to.equal('Terminated');
  });

  it('tells a client why no shell could be started', async () => {
    const session = await start();
    region.machines.running.delete('i-1');
    const client = connect(session);
    await once(client.socket, 'close');
    expect(client.saidAtEnd).to.equal('Unable to start shell: The machine i-1 does not run.');
  });

  it('knows which instances can be reached, and refuses the others', async () => {
    expect((await ssm.getConnectionStatus({ Target: 'i-1' })).Status).to.equal('connected');
    expect((await ssm.getConnectionStatus({ Target: 'i-2' })).Status).to.equal('notconnected');
    expect(await failure(ssm.startSession({ Target: 'i-2' }))).to.include({
      name: 'TargetNotConnected',
      message: 'i-2 is not connected.',
    });
  });

  for (const [what, input, name] of [
    ['a command document', { DocumentName: 'AWS-RunShellScript' }, 'InvalidDocument'],
    ['an unknown document', { DocumentName: 'mine' }, 'InvalidDocument'],
    ['one that nothing acts on', { DocumentName: 'AWS-StartSSHSession' }, 'UnsupportedOperationException'],
    ['no command', { DocumentName: 'AWS-StartInteractiveCommand' }, 'InvalidParameters'],
    ['parameters of a shell', { Parameters: { command: ['ls'] } }, 'InvalidParameters'],
    ['a long reason', { Reason: 'x'.repeat(257) }, 'ValidationException'],
  ] as const) {
    it(`refuses ${what}, and begins nothing`, async () => {
      expect((await failure(start(input))).name).to.equal(name);
      expect((await ssm.describeSessions({ State: 'Active' })).Sessions).to.deep.equal([]);
    });
  }

  it('lists sessions by owner, target and time', async () => {
    const first = await start({ Reason: 'look' });
    region.clock.advance(60_000);
    const second = await start();
    const list = async (key: string, value: string) =>
      (
        await ssm.describeSessions({ State: 'Active', Filters: [{ key: key as 'Owner', value }] })
      ).Sessions?.map(({ SessionId }) => SessionId);
    const root = 'arn:aws:iam::123456789012:root';
    expect(await list('Owner', root)).to.deep.equal([second.id, first.id]);
    expect(await list('Target', 'i-2')).to.deep.equal([]);
    expect(await list('InvokedAfter', new Date(region.clock.now() - 1000).toISOString())).to.deep.equal([
      second.id,
    ]);
    expect((await failure(list('Shoe', 'x'))).name).to.equal('InvalidFilterKey');
    const page = await ssm.describeSessions({ State: 'Active', MaxResults: 1 });
    expect(page.Sessions?.[0]).to.include({ SessionId: second.id, Owner: root, Target: 'i-1' });
    const rest = await ssm.describeSessions({ State: 'Active', NextToken: page.NextToken });
    expect(rest.Sessions?.[0]).to.include({ SessionId: first.id, Reason: 'look' });
    expect((await failure(ssm.terminateSession({ SessionId: 'nobody-1' }))).name).to.equal(
      'DoesNotExistException',
    );
  });
});
