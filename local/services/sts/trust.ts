import type { Caller } from '../../endpoint/service.ts';
import { statementsOf } from '../iam/validation.ts';

/** Whether a role's trust policy lets a caller assume it. */
export function trusts(document: string, caller: Caller, account: string): boolean {
  const matching = statementsOf(document).filter(
    ({ Action, Principal }) =>
      list(Action).some(isAssumeRole) && names(Principal).some((name) => means(name, caller, account)),
  );
  return (
    matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny')
  );
}

function isAssumeRole(action: string): boolean {
  return ['*', 'sts:*', 'sts:assumerole'].includes(action.toLowerCase());
}

function names(principal: unknown): string[] {
  if (typeof principal === 'string') return [principal];
  return list((principal as { AWS?: unknown } | undefined)?.AWS);
}

function means(name: string, caller: Caller, account: string): boolean {
  const everyone = name === '*' || name === account || name === `arn:aws:iam::${account}:root`;
  const role =
    caller.roleName !== undefined &&
    name.endsWith(`/${caller.roleName}`) &&
    name.startsWith(`arn:aws:iam::${account}:role/`);
  return everyone || name === caller.arn || role;
}

function list(value: unknown): string[] {
  return value === undefined ? [] : ([value].flat() as string[]);
}
