import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Parts } from '../parts.ts';
import { agentRefusal } from './agent-calls.ts';
import { Session, type SessionFacts } from './session.ts';
import type { SsmState } from './state.ts';

/** The sessions that are under way, and the keys to their data channels. */
export interface LiveSessions {
  begin(facts: SessionFacts): void;
  get(sessionId: string): Session | undefined;
  /** A key to the session's channel, valid for one use; any before is void. */
  newToken(sessionId: string): string;
  /** Connects a channel to the session that its key opens; false: it opens none. */
  attach(sessionId: string, token: string, socket: WebSocket): boolean;
  /** After a restart nothing of any session is left. */
  closeAbandoned(): void;
  endAll(): void;
}

export function liveSessions(parts: Parts, state: SsmState): LiveSessions {
  const live = new Map<string, Session>();
  const tokens = new Map<string, Buffer>();

  function markEnded(sessionId: string): void {
    const stored = state.sessions.get(sessionId);
    if (stored) state.sessions.set(sessionId, { ...stored, ended: parts.clock.now() });
  }

  return {
    begin(facts) {
      const { sessionId, instanceId } = facts;
      const onEnd = (): void => {
        live.delete(sessionId);
        tokens.delete(sessionId);
        markEnded(sessionId);
      };
      const refusal = () => agentRefusal(parts, instanceId, 'dataChannel');
      const { clock, instances } = parts;
      live.set(sessionId, new Session(facts, { clock, instances, refusal, onEnd }));
    },

    get: (sessionId) => live.get(sessionId),

    newToken(sessionId) {
      const token = randomBytes(48).toString('base64');
      tokens.set(sessionId, Buffer.from(token));
      return token;
    },

    attach(sessionId, given, socket) {
      const session = live.get(sessionId);
      const token = tokens.get(sessionId);
      const bytes = Buffer.from(given);
      if (!session || token?.length !== bytes.length || !timingSafeEqual(token, bytes)) return false;
      tokens.delete(sessionId);
      session.attach(socket);
      return true;
    },

    closeAbandoned() {
      for (const { sessionId, ended } of [...state.sessions.values()])
        if (ended === undefined && !live.has(sessionId)) markEnded(sessionId);
    },

    endAll() {
      for (const session of [...live.values()]) session.end('The SSM agent was stopped.');
    },
  };
}
