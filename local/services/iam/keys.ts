import type { AccessKey } from '../parts.ts';
import { secretKey, sessionToken, uniqueId } from './identifiers.ts';
import { identityOfSession, identityOfUser } from './identity.ts';
import type { IamState, Role, Session } from './state.ts';

/** The key of the account's root: made once, by chance, and kept. */
export function rootKey(state: IamState): { accessKeyId: string; secretAccessKey: string } {
  let key = state.root.get('key');
  if (!key) {
    key = { accessKeyId: uniqueId('AKIA'), secretAccessKey: secretKey() };
    state.root.set('key', key);
  }
  return key;
}

/** Whose key this is; undefined: nobody's, inactive or expired. */
export function findKey(state: IamState, accessKeyId: string): AccessKey | undefined {
  const session = state.sessions.get(accessKeyId);
  if (session) return sessionKey(state, session);
  const root = rootKey(state);
  if (accessKeyId === root.accessKeyId) {
    const arn = `arn:aws:iam::${state.account}:root`;
    return {
      caller: { kind: 'root', arn, userId: state.account, accessKeyId },
      secretAccessKey: root.secretAccessKey,
    };
  }
  const key = state.keys.get(accessKeyId);
  const user = key && state.users.get(key.userName);
  if (!user || key.status !== 'Active') return undefined;
  return {
    caller: { kind: 'user', arn: user.arn, userId: user.id, accessKeyId },
    secretAccessKey: key.secret,
    identity: () => identityOfUser(state, user),
  };
}

function sessionKey(state: IamState, session: Session): AccessKey | undefined {
  const { accessKeyId, secretAccessKey, roleName, roleId, sessionName } = session;
  // A role made anew under the old name is another role.
  const role = state.roles.get(roleName);
  if (session.expires <= state.clock.now() || role?.id !== roleId) return undefined;
  const caller = {
    kind: 'role',
    arn: sessionArn(state.account, roleName, sessionName),
    userId: `${roleId}:${sessionName}`,
    accessKeyId,
    roleName,
    sessionName,
  } as const;
  return {
    caller,
    secretAccessKey,
    sessionToken: session.sessionToken,
    identity: () => identityOfSession(state, role, session),
  };
}

export function sessionArn(account: string, roleName: string, sessionName: string): string {
  return `arn:aws:sts::${account}:assumed-role/${roleName}/${sessionName}`;
}

/** New temporary credentials of a role. */
export function newSession(
  state: IamState,
  role: Role,
  sessionName: string,
  seconds: number,
  own: Pick<Session, 'policies' | 'tags'> = {},
): Session {
  const issued = state.clock.now();
  const session: Session = {
    accessKeyId: uniqueId('ASIA'),
    secretAccessKey: secretKey(),
    sessionToken: sessionToken(),
    roleName: role.name,
    roleId: role.id,
    sessionName,
    issued,
    expires: issued + seconds * 1000,
    ...own,
  };
  forgetExpired(state, issued);
  state.sessions.set(session.accessKeyId, session);
  return session;
}

function forgetExpired(state: IamState, now: number): void {
  for (const [id, { expires }] of state.sessions.entries()) if (expires <= now) state.sessions.delete(id);
}

const instanceSessionSeconds = 6 * 3600;

/** Credentials for an instance: the same ones until half of their life is over. */
export function instanceSession(state: IamState, role: Role, sessionName: string): Session {
  const now = state.clock.now();
  for (const session of state.sessions.values()) {
    const isFresh = session.expires - now > (instanceSessionSeconds * 1000) / 2;
    const isIts = session.roleId === role.id && session.sessionName === sessionName;
    if (isIts && isFresh && !session.policies && !session.tags) return session;
  }
  return newSession(state, role, sessionName, instanceSessionSeconds);
}
