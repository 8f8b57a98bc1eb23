import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { Call } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import type { LiveSessions } from './live-sessions.ts';

/** AWS's path of a data channel at the message gateway (`ssmmessages`). */
export const channelPath = (sessionId: string): string =>
  `/v1/data-channel/${encodeURIComponent(sessionId)}?role=publish_subscribe`;

const openingMilliseconds = 10_000;
const largestMessage = 1 << 18;

/** WebSockets of clients: each has to say first which session it is for, and prove it with the session's token. */
export function dataChannels({ clock, region, account }: Parts, live: LiveSessions) {
  const server = new WebSocketServer({ noServer: true, maxPayload: largestMessage });

  function open(socket: WebSocket, sessionId: string): void {
    socket.on('error', () => undefined); // it closes then, too
    const cancel = clock.after(openingMilliseconds, () => {
      socket.close(1008, 'The data channel was not opened in time.');
    });
    socket.on('close', cancel);
    socket.once('message', (data: RawData, isBinary: boolean) => {
      cancel();
      const token = isBinary ? undefined : tokenOf(data as Buffer);
      if (token === undefined || !live.attach(sessionId, token, socket))
        socket.close(1008, 'The token is not valid for this session.');
    });
  }

  return {
    /** Takes a request for a WebSocket; false: it is for something else. */
    upgrade: (
      message: IncomingMessage,
      connection: Duplex,
      head: Buffer,
      denied: Call['denied'],
    ): boolean => {
      const { pathname } = new URL(message.url ?? '', 'http://localhost');
      const sessionId = /^\/v1\/data-channel\/([^/]+)$/.exec(pathname)?.[1];
      if (sessionId === undefined) return false;
      const refused = denied?.({
        action: 'ssmmessages:OpenDataChannel',
        resource: `arn:aws:ssm:${region}:${account}:session/${decodeURIComponent(sessionId)}`,
      });
      if (refused) throw refused;
      server.handleUpgrade(message, connection, head, (socket) => {
        open(socket, decodeURIComponent(sessionId));
      });
      return true;
    },
    close: (): void => {
      for (const socket of server.clients) socket.terminate();
    },
  };
}

/** The token in an OpenDataChannel message. */
function tokenOf(data: Buffer): string | undefined {
  try {
    const { TokenValue: token } = JSON.parse(data.toString()) as { TokenValue?: unknown };
    return typeof token === 'string' ? token : undefined;
  } catch {
    return undefined;
  }
}
