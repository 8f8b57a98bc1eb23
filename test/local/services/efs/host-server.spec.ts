import type { ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { serveIn } from '../../../../local/services/efs/host-server.ts';
import { failure } from '../../../support/failure.ts';

describe('a server in another host', () => {
  let child: EventEmitter & { exitCode: number | null };
  const sent = createServer();
  after(() => sent.close());
  beforeEach(() => {
    child = Object.assign(new EventEmitter(), { exitCode: null });
  });
  const network = { spawn: () => child as unknown as ChildProcess };
  const end = async (): Promise<void> => {
    child.exitCode = 0;
    child.emit('exit', 0);
    await nextTurn();
  };

  it('takes the socket of a program whose end is told before it', async () => {
    sent.listen(0, '127.0.0.1');
    await once(sent, 'listening');
    const made = serveIn(network, 'host', 2049, (socket) => socket.end('here'));
    await end();
    child.emit('message', 'listening', sent);
    child.emit('disconnect');
    const server = await made;
    const [answer] = (await once(connect((sent.address() as AddressInfo).port, '127.0.0.1'), 'data')) as [
      Buffer,
    ];
    expect(answer.toString()).to.equal('here');
    server.close();
  });

  it('says that there is none when the program ends without one', async () => {
    const made = failure(serveIn(network, 'host', 2049, () => undefined));
    await end();
    child.emit('disconnect');
    expect((await made).message).to.equal('no socket could be made in host');
  });
});
