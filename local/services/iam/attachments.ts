import type { Operations } from '../../endpoint/service.ts';
import { boundaryOperations } from './boundaries.ts';
import { limitExceeded, noSuchEntity } from './errors.ts';
import { page } from './paging.ts';
import { findPolicy } from './policies.ts';
import { findRole } from './roles.ts';
import type { IamState, Principal } from './state.ts';
import { findUser } from './users.ts';
import { checkDocument, checkName, encodeDocument, readTags, sizeOf, writeTags } from './validation.ts';

interface Named {
  readonly RoleName?: string;
  readonly UserName?: string;
  readonly PolicyName?: string;
  readonly PolicyDocument?: string;
  readonly PolicyArn?: string;
  readonly PathPrefix?: string;
  readonly Marker?: string;
  readonly MaxItems?: number;
  readonly Tags?: { Key: string | undefined; Value: string | undefined }[];
  readonly TagKeys?: string[];
}

interface Holder {
  readonly kind: 'Role' | 'User';
  find(input: Named): Principal;
  save(principal: Principal): void;
}

/** Inline policies, attached managed policies and tags: the same for roles and users. */
export function attachmentOperations(state: IamState): Operations {
  const roles: Holder = {
    kind: 'Role',
    find: ({ RoleName }) => findRole(state, RoleName),
    save: (role) => {
      state.roles.set(role.name, role as ReturnType<typeof findRole>);
    },
  };
  const users: Holder = {
    kind: 'User',
    find: ({ UserName }) => findUser(state, UserName),
    save: (user) => {
      state.users.set(user.name, user);
    },
  };
  const holders = [roles, users];
  return Object.assign(
    {},
    ...holders.flatMap((holder) => [
      inlineOperations(holder),
      attachOperations(state, holder),
      boundaryOperations(state, holder.kind, (input, edit) => {
        const principal = holder.find(input);
        edit(principal);
        holder.save(principal);
      }),
      tagOperations(holder),
    ]),
  ) as Operations;
}

function inlineOperations(holder: Holder): Operations {
  const { kind } = holder;
  return {
    [`Put${kind}Policy`](input: Named): void {
      const principal = holder.find(input);
      checkName('policyName', input.PolicyName ?? '', 128);
      checkDocument(input.PolicyDocument ?? '', 'identity');
      checkInlineSize(holder, principal, input);
      principal.inline[input.PolicyName ?? ''] = input.PolicyDocument ?? '';
      holder.save(principal);
    },
    [`Get${kind}Policy`](input: Named) {
      const principal = holder.find(input);
      const PolicyName = input.PolicyName ?? '';
      return {
        [`${kind}Name`]: principal.name,
        PolicyName,
        PolicyDocument: encodeDocument(inlinePolicy(holder, principal, PolicyName)),
      };
    },
    [`List${kind}Policies`](input: Named) {
      const { items, rest } = page(Object.keys(holder.find(input).inline).sort(), input);
      return { PolicyNames: items, ...rest };
    },
    [`Delete${kind}Policy`](input: Named): void {
      const principal = holder.find(input);
      const name = input.PolicyName ?? '';
      inlinePolicy(holder, principal, name);
      const { [name]: _, ...left } = principal.inline;
      principal.inline = left;
      holder.save(principal);
    },
  };
}

/** Characters that all inline policies together may have, white space apart. */
const inlineQuota = { Role: 10_240, User: 2048 };

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
function checkInlineSize(
  { kind }: Holder,
  { name, inline }: Principal,
  { PolicyName = '', PolicyDocument = '' }: Named,
) {
  const all = Object.values({ ...inline, [PolicyName]: PolicyDocument });
  const size = all.reduce((sum, document) => sum + sizeOf(document), 0);
  if (size > inlineQuota[kind])
    throw limitExceeded(
      `Maximum policy size of ${inlineQuota[kind]} bytes exceeded for ${kind.toLowerCase()} ${name}`,
    );
}

function inlinePolicy({ kind }: Holder, principal: Principal, name: string): string {
  const document = principal.inline[name];
  if (document !== undefined) return document;
  throw noSuchEntity(`The ${kind.toLowerCase()} policy with name ${name} cannot be found.`);
}

function attachOperations(state: IamState, holder: Holder): Operations {
  const { kind } = holder;
  return {
    [`Attach${kind}Policy`](input: Named): void {
      const principal = holder.find(input);
      const { arn } = findPolicy(state, input.PolicyArn);
      if (principal.attached.includes(arn)) return;
      if (principal.attached.length >= 10)
        throw limitExceeded(`Cannot exceed quota for PoliciesPer${kind}: 10`);
      principal.attached.push(arn);
      holder.save(principal);
    },
    [`Detach${kind}Policy`](input: Named): void {
      const principal = holder.find(input);
      if (!principal.attached.includes(input.PolicyArn ?? ''))
        throw noSuchEntity(`Policy ${input.PolicyArn} was not found.`);
      principal.attached = principal.attached.filter((arn) => arn !== input.PolicyArn);
      holder.save(principal);
    },
    [`ListAttached${kind}Policies`](input: Named) {
      const policies = holder.find(input).attached.map((arn) => findPolicy(state, arn));
      const under = policies.filter(({ path }) => path.startsWith(input.PathPrefix ?? '/'));
      const { items, rest } = page(under, input);
      return {
        AttachedPolicies: items.map(({ name, arn }) => ({ PolicyName: name, PolicyArn: arn })),
        ...rest,
      };
    },
  };
}

function tagOperations(holder: Holder): Operations {
  const { kind } = holder;
  return {
    [`Tag${kind}`](input: Named): void {
      const principal = holder.find(input);
      principal.tags = { ...principal.tags, ...readTags(input.Tags) };
      holder.save(principal);
    },
    [`Untag${kind}`](input: Named): void {
      const principal = holder.find(input);
      const left = Object.entries(principal.tags).filter(([key]) => !input.TagKeys?.includes(key));
      principal.tags = Object.fromEntries(left);
      holder.save(principal);
    },
    [`List${kind}Tags`](input: Named) {
      const { items, rest } = page(writeTags(holder.find(input).tags), input);
      return { Tags: items, ...rest };
    },
  };
}
