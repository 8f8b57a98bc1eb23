import { z } from 'zod';

/** What the agent asks of its client before a session begins. */
const handshakeRequest = z.object({
  AgentVersion: z.string().default(''),
  RequestedClientActions: z
    .array(
      z.object({
        ActionType: z.string(),
        ActionParameters: z.object({ SessionType: z.string().optional() }).loose().default({}),
      }),
    )
    .default([]),
});

const clientVersion = '1.2.764.0';
const known = ['Standard_Stream', 'InteractiveCommands', 'NonInteractiveCommands'];

const succeeded = 1;
const failed = 2;
const unsupported = 3;

export interface Handshake {
  /** The payload of the answer. */
  readonly response: Buffer;
  /** What this client cannot do, in a person's words; none: the session begins. */
  readonly problems: readonly string[];
}

/** Answers the agent's handshake; what it asks for beyond a shell is refused with a reason. */
export function answerHandshake(payload: Buffer): Handshake {
  const request = handshakeRequest.parse(JSON.parse(payload.toString()));
  const actions = request.RequestedClientActions.map(({ ActionType, ActionParameters }) => {
    if (ActionType === 'SessionType') {
      const type = ActionParameters.SessionType ?? '';
      return known.includes(type)
        ? { ActionType, ActionStatus: succeeded, Error: '' }
        : { ActionType, ActionStatus: failed, Error: `Unknown session type ${type}` };
    }
    return { ActionType, ActionStatus: unsupported, Error: `Unsupported action ${ActionType}` };
  });
  const errors = actions.map(({ Error: error }) => error).filter(Boolean);
  const response = {
    ClientVersion: clientVersion,
    ProcessedClientActions: actions.map((action) => ({ ...action, ActionResult: null })),
    Errors: errors,
  };
  return {
    response: Buffer.from(JSON.stringify(response)),
    problems: request.RequestedClientActions.some(({ ActionType }) => ActionType === 'KMSEncryption')
      ? ['This account encrypts sessions with a KMS key, which only AWS’s own client can do.']
      : errors,
  };
}

/** The first message on a connection: which session it is for is in the address, the token opens it. */
export const openingOf = (token: string, clientId: string, requestId: string): string =>
  JSON.stringify({
    MessageSchemaVersion: '1.0',
    RequestId: requestId,
    TokenValue: token,
    ClientId: clientId,
    ClientVersion: clientVersion,
  });
