/** Who calls, as the Principal element of a policy names it. */
export interface PrincipalNames {
  readonly account: string;
  /** Of the user or the session. */
  readonly arn: string;
  /** Sessions: of their role. */
  readonly roleArn?: string | undefined;
  /** Calls of AWS's own: `sns.amazonaws.com`. */
  readonly service?: string | undefined;
}

/**
 * How a Principal element means a caller: `itself` (a user, a session), its `role` or everyone, or its `account`,
 * which then decides by its identity policies.
 */
export type Meaning = 'itself' | 'role' | 'account' | undefined;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
export function meaningOf(principal: unknown, caller: PrincipalNames): Meaning {
  if (principal === '*') return everyone(caller);
  const { AWS, Service } = (principal ?? {}) as { AWS?: unknown; Service?: unknown };
  if (caller.service !== undefined)
    return list(Service).includes(caller.service) || list(AWS).includes('*') ? 'itself' : undefined;
  const meanings = list(AWS).map((name) => meaning(name, caller));
  return order.find((one) => meanings.includes(one));
}

const order = ['itself', 'role', 'account'] as const;

function meaning(name: string, caller: PrincipalNames): Meaning {
  if (name === '*') return everyone(caller);
  if (name === caller.arn) return 'itself';
  if (name === caller.roleArn) return 'role';
  return name === caller.account || name === `arn:aws:iam::${caller.account}:root` ? 'account' : undefined;
}

const everyone = ({ roleArn }: PrincipalNames): Meaning => (roleArn === undefined ? 'itself' : 'role');

const list = (value: unknown): string[] => (value === undefined ? [] : ([value].flat() as string[]));
