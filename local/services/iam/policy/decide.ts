import type { PolicyDocument, Statement } from './document.ts';
import type { Keys } from './keys.ts';
import type { Meaning, PrincipalNames } from './principals.ts';

/** May this caller do this to that? */
export interface Question {
  /** `s3:GetObject` */
  readonly action: string;
  readonly resource: string;
  readonly keys: Keys;
}

/** Everything that has a say. */
export interface Policies {
  readonly caller: PrincipalNames;
  /** Those of the user or role, inline and attached. Undefined: the account's root, which needs none. */
  readonly identity: readonly PolicyDocument[] | undefined;
  readonly boundary?: PolicyDocument | undefined;
  /** Those that AssumeRole was given. */
  readonly session?: readonly PolicyDocument[] | undefined;
  /** The one that hangs on the resource. */
  readonly resource?: PolicyDocument | undefined;
  /** The resource's own policy has to allow it in any case, as a role's trust policy has. */
  readonly needsResource?: boolean | undefined;
}

export type PolicyKind =
  | 'identity-based policy'
  | 'resource-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'role trust policy';

export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly isExplicit: boolean; readonly by: PolicyKind };

const allowed = { allowed: true } as const;

/**
 * The decision within one account: an explicit deny anywhere, then what allows.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(question: Question, policies: Policies): Decision {
  const { identity, boundary, session, resource } = policies;
  const action = question.action.toLowerCase();
  const ask = (documents: readonly PolicyDocument[] | undefined): Said =>
    documents === undefined ? silent : said(documents, action, question, policies.caller);
  const resourceKind: PolicyKind = policies.needsResource ? 'role trust policy' : 'resource-based policy';
  const ofIdentity = ask(identity);
  const ofResource = ask(resource && [resource]);
  const ofBoundary = ask(boundary && [boundary]);
  const ofSession = ask(session);
  const denied = (by: PolicyKind): Decision => ({ allowed: false, isExplicit: true, by });
  if (ofIdentity.denies) return denied('identity-based policy');
  if (ofResource.denies) return denied(resourceKind);
  if (ofBoundary.denies) return denied('permissions boundary');
  if (ofSession.denies) return denied('session policy');

  const refused = (by: PolicyKind): Decision => ({ allowed: false, isExplicit: false, by });
  if (policies.needsResource && !ofResource.allows) return refused(resourceKind);
  // What names the very user or session is bound by nothing else.
  if (identity === undefined || ofResource.allows === 'itself') return allowed;
  if (!ofIdentity.allows && ofResource.allows !== 'role') return refused('identity-based policy');
  if (boundary && !ofBoundary.allows) return refused('permissions boundary');
  if (session && !ofSession.allows) return refused('session policy');
  return allowed;
}

interface Said {
  readonly denies: boolean;
  /** The strongest way in which it allows. */
  readonly allows: Meaning;
}

const silent: Said = { denies: false, allows: undefined };
const strength = ['itself', 'role', 'account', undefined] as const;

/** What cannot be known denies where it might deny, and allows nothing. */
function said(
  documents: readonly PolicyDocument[],
  action: string,
  question: Question,
  caller: PrincipalNames,
): Said {
  let allows: Meaning;
  for (const document of documents) {
    for (const statement of document.about(action)) {
      const meaning = statement.means(caller);
      if (meaning === undefined) continue;
      const holds = speaks(statement, question);
      if (holds === false) continue;
      if (statement.effect === 'Deny') return { denies: true, allows: undefined };
      if (holds && strength.indexOf(meaning) < strength.indexOf(allows)) allows = meaning;
    }
  }
  return { denies: false, allows };
}

function speaks(statement: Statement, { resource, keys }: Question): boolean | undefined {
  const covers = statement.covers(resource, keys);
  if (covers === false) return false;
  const applies = statement.applies(keys);
  return applies === false ? false : covers && applies;
}
