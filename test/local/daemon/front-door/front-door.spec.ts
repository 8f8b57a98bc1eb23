import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { expect } from 'chai';
import { createFrontDoor } from '../../../../local/daemon/front-door/front-door.ts';

describe('the front door', () => {
  const servers: Server[] = [];
  let seen: IncomingMessage[] = [];
  let connections = 0;
  let port = 0;

  const listen = async (server: Server, address = '127.0.0.1', onPort = 0): Promise<number> => {
    server.listen(onPort, address);
    await once(server, 'listening');
    servers.push(server);
    return (server.address() as AddressInfo).port;
  };

  before(async () => {
    const inside = createServer((message, response) => {
      seen.push(message);
      if (message.url === '/redirect') response.writeHead(302, { location: 'http://www.example.com/there' });
      if (message.url === '/stream') {
        response.write('first ');
        response.end('second');
      } else message.pipe(response);
    });
    inside.on('connection', () => (connections += 1));
    inside.on('upgrade', (message: IncomingMessage, socket: Duplex) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
      socket.pipe(socket);
      seen.push(message);
    });
    const insidePort = await listen(inside, '127.0.0.2');
    const door = createFrontDoor({
      addressesOf: (name) =>
        ({
          'www.example.com': ['127.0.0.2'],
          'one.dead.example': ['127.0.0.2', '127.0.0.3'],
          'dead.example': ['127.0.0.3'],
        })[name] ?? [],
      names: async () => ['www.example.com'],
      insidePort,
      ports: { http: 8080, https: 8443 },
    });
    port = await listen(door);
  });

  beforeEach(() => {
    seen = [];
  });

  after(() => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  });

  async function fetchFrom(host: string, path = '/', options: { method?: string; body?: string } = {}) {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path,
      method: options.method ?? 'GET',
      headers: { host: `${host}:${port}`, origin: `http://${host}:${port}` },
    });
    outgoing.end(options.body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    let body = '';
    for await (const piece of answer) body += String(piece);
    return { status: answer.statusCode, headers: answer.headers, body };
  }

  it('gives a request to the name`s address, under the name it has inside', async () => {
    const { status, body } = await fetchFrom('www.example.com.localhost', '/stream');
    expect([status, body]).to.deep.equal([200, 'first second']);
    expect(seen[0]?.headers).to.include({ host: 'www.example.com', origin: 'http://www.example.com' });
  });

  it('streams a body both ways', async () => {
    const { body } = await fetchFrom('www.example.com.localhost', '/', {
      method: 'POST',
      body: 'x'.repeat(300_000),
    });
    expect(body).to.have.length(300_000);
  });

  it('keeps a redirect in the browser', async () => {
    const { headers } = await fetchFrom('www.example.com.localhost', '/redirect');
    expect(headers.location).to.equal(`http://www.example.com.localhost:${port}/there`);
  });

  it('keeps connections to the inside open', async () => {
    await fetchFrom('www.example.com.localhost');
    const before = connections;
    for (const path of ['/a', '/b', '/c']) await fetchFrom('www.example.com.localhost', path);
    expect(connections).to.equal(before);
  });

  it('goes on to the next address when nobody is at the first', async () => {
    const answers = [
      await fetchFrom('one.dead.example.localhost'),
      await fetchFrom('one.dead.example.localhost'),
    ];
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
  });

  it('says which names there are when the one asked for is not', async () => {
    const { status, body } = await fetchFrom('ww.example.com.localhost');
    expect(status).to.equal(404);
    expect(body).to.contain('does not answer ww.example.com').and.contain('http://www.example.com.localhost');
  });

  it('says where a name leads when nobody answers there', async () => {
    const { status, body } = await fetchFrom('dead.example.localhost');
    expect(status).to.equal(502);
    expect(body).to.contain('resolves to 127.0.0.3').and.contain('ECONNREFUSED');
  });

  it('lists the names at its own address', async () => {
    expect((await fetchFrom('localhost')).body).to.contain('http://www.example.com.localhost');
  });

  it('passes websockets through', async () => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path: '/socket',
      headers: { host: 'www.example.com.localhost', connection: 'Upgrade', upgrade: 'echo' },
    });
    outgoing.end();
    const [answer, socket] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Duplex];
    socket.write('hello');
    const [piece] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect([answer.statusCode, answer.headers.upgrade, String(piece)]).to.deep.equal([101, 'echo', 'hello']);
  });
});
