import { randomBytes } from 'node:crypto';
import type {
  DescribeSessionsCommandInput,
  DescribeSessionsCommandOutput,
  GetConnectionStatusCommandInput,
  GetConnectionStatusCommandOutput,
  ResumeSessionCommandInput,
  ResumeSessionCommandOutput,
  Session as SessionView,
  SessionFilter,
  StartSessionCommandInput,
  StartSessionCommandOutput,
  TerminateSessionCommandInput,
  TerminateSessionCommandOutput,
} from '@aws-sdk/client-ssm';
import { AwsError, type Answer, type Call, type Caller } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { agentRefusal } from './agent-calls.ts';
import { channelPath } from './data-channels.ts';
import { invalidNextToken, validation } from './errors.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { Nodes } from './nodes.ts';
import { checkSize } from './parameters.ts';
import { sessionPlan } from './session-documents.ts';
import type { SsmState, StoredSession } from './state.ts';

/** The history of sessions lasts thirty days. */
const kept = 30 * 24 * 3600 * 1000;

/** Session Manager: shells on instances through data channels. */
export function sessionOperations(parts: Parts, state: SsmState, nodes: Nodes, live: LiveSessions) {
  const isConnected = async (instanceId: string): Promise<boolean> =>
    (await nodes.list()).some((node) => node.instanceId === instanceId && node.online) &&
    (await agentRefusal(parts, instanceId, 'controlChannel')) === undefined;

  function find(sessionId: string): StoredSession {
    const found = state.sessions.get(sessionId);
    if (!found) throw new AwsError('DoesNotExistException', `Session ${sessionId} does not exist.`);
    return found;
  }

  /** Where a session's channel is, and the token that opens it once. */
  const keysTo = (sessionId: string, origin: string) => ({
    SessionId: sessionId,
    TokenValue: live.newToken(sessionId),
    StreamUrl: origin.replace(/^http/, 'ws') + channelPath(sessionId),
  });

  function statusOf({ sessionId, ended }: StoredSession): 'Connected' | 'Disconnected' | 'Terminated' {
    if (ended !== undefined) return 'Terminated';
    return live.get(sessionId)?.isConnected ? 'Connected' : 'Disconnected';
  }

  const view = (session: StoredSession): SessionView => ({
    SessionId: session.sessionId,
    Target: session.instanceId,
    Status: statusOf(session),
    StartDate: new Date(session.started),
    ...(session.ended !== undefined && { EndDate: new Date(session.ended) }),
    DocumentName: session.documentName,
    Owner: session.owner,
    ...(session.reason !== undefined && { Reason: session.reason }),
  });

  return {
    async StartSession(
      { Target: instanceId = '', DocumentName, Parameters, Reason }: StartSessionCommandInput,
      { caller, origin }: Call,
    ): Promise<Answer<StartSessionCommandOutput>> {
      if ((Reason ?? '').length > 256)
        throw validation("Value at 'reason' failed to satisfy constraint: at most 256 characters");
      const plan = sessionPlan(state, DocumentName, Parameters);
      if (!(await isConnected(instanceId)))
        throw new AwsError('TargetNotConnected', `${instanceId} is not connected.`);
      forgetOld(state, parts.clock.now() - kept);
      const sessionId = newId(caller);
      state.sessions.set(sessionId, {
        sessionId,
        instanceId,
        documentName: plan.documentName,
        owner: caller.arn,
        ...(Reason !== undefined && { reason: Reason }),
        started: parts.clock.now(),
      });
      live.begin({ sessionId, instanceId, plan });
      return keysTo(sessionId, origin);
    },

    async ResumeSession(
      { SessionId: sessionId = '' }: ResumeSessionCommandInput,
      { origin }: Call,
    ): Promise<Answer<ResumeSessionCommandOutput>> {
      // Without a token: the session is over.
      return find(sessionId).ended === undefined ? keysTo(sessionId, origin) : { SessionId: sessionId };
    },

    async TerminateSession({
      SessionId: sessionId = '',
    }: TerminateSessionCommandInput): Promise<Answer<TerminateSessionCommandOutput>> {
      find(sessionId);
      live.get(sessionId)?.end();
      return { SessionId: sessionId };
    },

    async DescribeSessions(
      input: DescribeSessionsCommandInput,
    ): Promise<Answer<DescribeSessionsCommandOutput>> {
      const wanted = input.State === 'History';
      const found = [...state.sessions.values()]
        .filter(({ ended }) => (ended !== undefined) === wanted)
        .filter((session) => (input.Filters ?? []).every((filter) => passes(view(session), filter)))
        .sort((a, b) => b.started - a.started);
      const size = checkSize(input.MaxResults, 200);
      const { items, nextToken } = page(found, size, input.NextToken, invalidNextToken);
      return { Sessions: items.map(view), ...(nextToken !== undefined && { NextToken: nextToken }) };
    },

    async GetConnectionStatus({
      Target: target = '',
    }: GetConnectionStatusCommandInput): Promise<Answer<GetConnectionStatusCommandOutput>> {
      return { Target: target, Status: (await isConnected(target)) ? 'connected' : 'notconnected' };
    },
  };
}

/** `ann-0a1b2c3d4e5f60718`: who started it comes first, so that policies can tell own sessions from others'. */
function newId({ arn, sessionName }: Caller): string {
  const name = sessionName ?? arn.split('/').at(-1)?.split(':').at(-1) ?? '';
  return `${name}-0${randomBytes(8).toString('hex')}`;
}

function passes(session: SessionView, { key, value = '' }: SessionFilter): boolean {
  const { StartDate: started = new Date(0) } = session;
  if (key === 'InvokedAfter') return started > new Date(value);
  if (key === 'InvokedBefore') return started < new Date(value);
  if (key === 'Target') return session.Target === value;
  if (key === 'Owner') return session.Owner === value;
  if (key === 'Status') return session.Status === value;
  if (key === 'SessionId') return session.SessionId === value;
  throw new AwsError('InvalidFilterKey', `The specified filter key isn't valid: ${String(key)}.`);
}

function forgetOld(state: SsmState, before: number): void {
  for (const { sessionId, ended } of [...state.sessions.values()])
    if (ended !== undefined && ended < before) state.sessions.delete(sessionId);
}
