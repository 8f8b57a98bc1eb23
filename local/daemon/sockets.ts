import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { basename } from 'node:path';
import { Refusal } from './failure.ts';
import { wording } from './wording.ts';

/** Listens on a port of 127.0.0.1 (0: any) for the daemon; a port in use is refused with its holder. */
export async function openSocket(port: number, option: string): Promise<Server> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      const free = await freePortAfter(port);
      throw new Refusal(
        `Port ${port} is in use${holderOf(port)}.`,
        `${wording.command} start ${option} ${free}`,
      );
    }
    if (code === 'EACCES') {
      throw new Refusal(
        `Port ${port} may be opened by root only.`,
        `${wording.command} start ${option} ${port + 8000}`,
      );
    }
    throw error;
  }
}

/** A listening socket's descriptor, to be handed to a child. Node has it, though under no public name. */
export function descriptorOf(server: Server): number {
  const { fd } = (server as unknown as { _handle?: { fd?: number } })._handle ?? {};
  if (fd === undefined || fd < 0) throw new Error('This Node does not tell the descriptor of a socket.');
  return fd;
}

/** Binds a UDP port of 127.0.0.1, any one, for the daemon's name server. */
export async function openDatagramSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

export function datagramDescriptorOf(socket: Socket): number {
  const inner = Object.getOwnPropertySymbols(socket).map(
    (symbol) => (socket as unknown as Record<symbol, { handle?: { fd?: number } } | undefined>)[symbol],
  );
  const fd = inner.find((one) => one?.handle)?.handle?.fd;
  if (fd === undefined || fd < 0) throw new Error('This Node does not tell the descriptor of a UDP socket.');
  return fd;
}

export const portOf = (server: Server): number => {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
};

async function freePortAfter(port: number): Promise<number> {
  for (let candidate = port + 1; candidate < port + 100; candidate += 1) {
    const server = createServer();
    const isFree = await new Promise<boolean>((done) => {
      server.once('error', () => {
        done(false);
      });
      server.listen(candidate, '127.0.0.1', () => {
        done(true);
      });
    });
    if (!isFree) continue;
    await new Promise((done) => server.close(done));
    return candidate;
  }
  return 0;
}

/** ` by nginx (pid 123)`, as far as we may know: other users' processes are not shown to an ordinary one. */
function holderOf(port: number): string {
  try {
    const lines = execFileSync('ss', ['-Hltnp', `sport = :${port}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pid = /\bpid=(\d+)/.exec(lines)?.[1];
    return pid === undefined ? '' : describeHolder(pid, readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return '';
  }
}

/** A process by its command line, whose words end with zero bytes; long ones are cut. */
export function describeHolder(pid: string, commandLine: string): string {
  const [program = '', ...args] = commandLine.split('\0').filter(Boolean);
  const words = [basename(program.split(' ')[0] ?? ''), ...args].join(' ');
  return ` by ${words.length > 60 ? `${words.slice(0, 60)}…` : words} (pid ${pid})`;
}
