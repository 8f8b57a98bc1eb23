import type { Identity } from '../../endpoint/identity.ts';
import { managedPolicies } from './managed.ts';
import { policyDocument, type PolicyDocument } from './policy/document.ts';
import type { IamState, Principal, Role, Session, User } from './state.ts';

/** What policies say of a user, as they are now. */
export const identityOfUser = (state: IamState, user: User): Identity => ({
  userName: user.name,
  tags: user.tags,
  ...policiesOf(state, user),
});

/** What policies say of a role, whoever assumes it. */
export const identityOfRole = (state: IamState, role: Role): Identity => ({
  roleArn: role.arn,
  tags: role.tags,
  ...policiesOf(state, role),
});

/** What policies say of a role's session. */
export const identityOfSession = (state: IamState, role: Role, session: Session): Identity => ({
  ...identityOfRole(state, role),
  tags: { ...role.tags, ...session.tags },
  issued: session.issued,
  ...(session.policies && { session: session.policies.map(policyDocument) }),
});

function policiesOf(state: IamState, principal: Principal): Pick<Identity, 'policies' | 'boundary'> {
  const { inline, attached, boundary } = principal;
  const documents = [...Object.values(inline), ...attached.flatMap((arn) => documentOf(state, arn) ?? [])];
  const limit = boundary === undefined ? undefined : documentOf(state, boundary);
  return {
    policies: documents.map(policyDocument),
    // A boundary that is gone lets nothing through.
    ...(boundary !== undefined && { boundary: limit === undefined ? nothing : policyDocument(limit) }),
  };
}

const nothing: PolicyDocument = { about: () => [] };

/** The default version of a managed policy. */
export function documentOf({ policies }: IamState, arn: string): string | undefined {
  const policy = policies.get(arn) ?? managedPolicies.get(arn);
  return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document;
}
