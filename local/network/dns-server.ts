import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { answerMessage, type Resolution } from './dns-answer.ts';

/** Answers a question of whoever has the source address. */
export type ResolveFor = (sourceAddress: string, name: string, type: string) => Resolution;

const idleMilliseconds = 10_000;
const udpBytes = 4096;

/** A name server on an address, over UDP and TCP; the result closes it. */
export async function serveDns(address: string, resolveFor: ResolveFor, port = 53): Promise<() => void> {
  const udp = datagramServer(resolveFor);
  const tcp = createServer((socket) => {
    serveStream(socket, resolveFor);
  });
  udp.bind(port, address);
  await once(udp, 'listening');
  tcp.listen(udp.address().port, address);
  await once(tcp, 'listening');
  return () => {
    udp.close();
    tcp.close();
  };
}

/** The same over UDP alone, on a socket that somebody else has opened. */
export function serveDnsOn(descriptor: number, resolveFor: ResolveFor): () => void {
  const udp = datagramServer(resolveFor);
  udp.bind({ fd: descriptor });
  return () => udp.close();
}

function datagramServer(resolveFor: ResolveFor): DatagramSocket {
  const udp = createSocket('udp4', (message, { address: source, port: sourcePort }) => {
    const answer = answerMessage(message, (name, type) => resolveFor(source, name, type), udpBytes);
    if (answer) udp.send(answer, sourcePort, source);
  });
  // A client that is gone before its answer makes an error here; nobody waits for it.
  udp.once('listening', () => udp.on('error', () => undefined));
  return udp;
}

/** Messages on a stream are preceded by their length in two bytes. */
function serveStream(socket: Socket, resolveFor: ResolveFor): void {
  const source = socket.remoteAddress ?? '';
  let pending = Buffer.alloc(0);
  socket.setTimeout(idleMilliseconds, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.on('data', (piece) => {
    pending = Buffer.concat([pending, piece]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const answer = answerMessage(
        pending.subarray(2, end),
        (name, type) => resolveFor(source, name, type),
        'stream',
      );
      pending = pending.subarray(end);
      if (!answer) {
        socket.destroy();
        return;
      }
      socket.write(Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 255]), answer]));
    }
  });
}
