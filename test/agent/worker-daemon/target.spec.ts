import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { Target, type Reply } from '../../../agent/worker-daemon/target.ts';

/** Real connections to applications of all kinds. */
describe('posting to an application', () => {
  let server: Server;
  let target: Target;

  const application = (listener: RequestListener): Promise<void> => listen(createServer(listener));
  const tcp = (onConnection: (socket: Socket) => void): Promise<void> =>
    listen(
      createTcpServer((socket) => {
        socket.on('error', () => undefined);
        onConnection(socket);
      }),
    );
  async function listen(made: Server): Promise<void> {
    server = made.listen(0, '127.0.0.1');
    await once(server, 'listening');
    target = new Target((server.address() as AddressInfo).port, 2);
  }
  const post = (body = '{}', inactivityTimeoutMilliseconds = 5000, headers = {}): Promise<Reply> =>
    target.post({
      path: '/jobs',
      headers: { 'Content-Length': String(Buffer.byteLength(body)), ...headers },
      body,
      connectTimeoutMilliseconds: 5000,
      inactivityTimeoutMilliseconds,
    });
  const problemOf = (posted: Promise<Reply>): Promise<string> =>
    posted.then(
      ({ status }) => `answered ${status}`,
      (error: unknown) => (error as Error).message,
    );
  const late = 'The application did not answer within 0.03 s.';
  afterEach(() => {
    target.cut();
    server.close();
  });

  it('gives status and Retry-After of the answer', async () => {
    await application((request, response) => {
      request.resume();
      response.writeHead(503, { 'retry-after': '7' }).end('later');
    });
    expect(await post()).to.deep.equal({ status: 503, retryAfter: '7' });
  });

  it('sends headers byte by byte, since an attribute may hold any text', async () => {
    let received = '';
    await application((request, response) => {
      request.resume();
      received = String(request.headers['x-own']);
      response.end();
    });
    await post('{}', 5000, { 'X-Own': Buffer.from('grün').toString('latin1') });
    expect(Buffer.from(received, 'latin1').toString()).to.equal('grün');
  });

  it('keeps its connections, and opens no more than it may', async () => {
    const sockets = new Set<Socket>();
    await application((request, response) => {
      sockets.add(request.socket);
      request.resume();
      request.on('end', () => response.writeHead(204).end());
    });
    await Promise.all([post(), post(), post(), post(), post()]);
    await Promise.all([post(), post()]);
    expect(sockets.size).to.equal(2);
  });

  it('gives up an application that hangs', async () => {
    await application((request) => request.resume());
    expect(await problemOf(post('{}', 30))).to.equal(late);
  });

  it('gives up an answer that does not come to its end', async () => {
    await application((request, response) => {
      request.resume();
      response.writeHead(200).write('a part');
    });
    expect(await problemOf(post('{}', 30))).to.equal(late);
  });

  it('gives up an answer that trickles', async () => {
    await application((request, response) => {
      request.resume();
      const trickle = setInterval(() => response.write('x'), 2);
      response.on('close', () => {
        clearInterval(trickle);
      });
    });
    expect(await problemOf(post('{}', 30))).to.equal(late);
  });

  it('needs no more than a megabyte of an answer, and closes the connection on the rest', async () => {
    let closed: Promise<unknown> | undefined;
    await application((request, response) => {
      request.resume();
      closed = once(response, 'close');
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.writeHead(200).on('drain', pour);
      pour();
    });
    expect((await post()).status).to.equal(200);
    await closed;
  });

  it('gives up headers without end, and what is no HTTP', async () => {
    await tcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      for (let index = 0; index < 1000; index++) socket.write(`X-${index}: ${'y'.repeat(100)}\r\n`);
    });
    expect(await problemOf(post())).to.include('Header');
    target.cut();
    server.close();
    await tcp((socket) => socket.end('220 smtp.example ESMTP\r\n'));
    expect(await problemOf(post())).to.include('Parse Error');
  });

  it('posts again what a closing kept connection has swallowed, and only that', async () => {
    let posts = 0;
    await application((request, response) => {
      posts++;
      request.resume();
      // The second request on a connection meets its end, as when a server's keep-alive time is over.
      if (posts === 2) request.socket.destroy();
      else request.on('end', () => response.end());
    });
    expect((await post()).status).to.equal(200);
    expect((await post()).status).to.equal(200);
    expect(posts).to.equal(3);
  });

  it('does not post again when the application closes a new connection', async () => {
    let posts = 0;
    await application((request) => {
      posts++;
      request.socket.destroy();
    });
    expect(await problemOf(post())).to.equal('socket hang up');
    expect(posts).to.equal(1);
  });

  it('takes an answer that comes before the body was read', async () => {
    await application((_, response) => {
      response.writeHead(413, { connection: 'close' }).end();
    });
    expect(await problemOf(post('x'.repeat(250_000)))).to.equal('answered 413');
  });

  it('lets the jobs of a retired process end, and cuts them when it is told to', async () => {
    await application((request) => request.resume());
    const posted = problemOf(post());
    await once(server, 'request');
    target.retire();
    expect(target.isRetired).to.equal(true);
    target.cut();
    expect(await posted).to.equal('socket hang up');
  });
});
