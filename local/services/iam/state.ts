import type { Clock } from '../../clock.ts';
import type { Collection, Store } from '../../store.ts';

export type Tags = Record<string, string>;

/** Who policies can hang on: a role or a user. */
export interface Principal {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly created: number;
  tags: Tags;
  /** Inline policies: documents by name. */
  inline: Record<string, string>;
  /** ARNs of attached managed policies. */
  attached: string[];
  /** ARN of the managed policy that is its permissions boundary. */
  boundary?: string;
}

export interface Role extends Principal {
  trust: string;
  description?: string;
  maxSessionDuration: number;
}

export type User = Principal;

export interface UserKey {
  readonly id: string;
  readonly secret: string;
  readonly userName: string;
  readonly created: number;
  status: 'Active' | 'Inactive';
}

export interface Policy {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly created: number;
  readonly description?: string;
  tags: Tags;
  versions: { readonly id: string; readonly document: string; readonly created: number }[];
  defaultVersion: string;
  lastVersion: number;
}

export interface Profile {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly created: number;
  tags: Tags;
  role?: string;
}

/** Temporary credentials of a role. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly roleName: string;
  readonly roleId: string;
  readonly sessionName: string;
  readonly issued: number;
  /** Documents of its own, which limit what its role's allow. */
  readonly policies?: readonly string[];
  readonly tags?: Tags;
  readonly expires: number;
}

/** All of IAM's state. */
export interface IamState {
  readonly account: string;
  readonly clock: Clock;
  readonly roles: Collection<Role>;
  readonly users: Collection<User>;
  readonly keys: Collection<UserKey>;
  readonly policies: Collection<Policy>;
  readonly profiles: Collection<Profile>;
  readonly sessions: Collection<Session>;
  readonly root: Collection<{ accessKeyId: string; secretAccessKey: string }>;
}

export function openState({
  store,
  account,
  clock,
}: {
  store: Store;
  account: string;
  clock: Clock;
}): IamState {
  return {
    account,
    clock,
    roles: store.collection('iam.role'),
    users: store.collection('iam.user'),
    keys: store.collection('iam.key'),
    policies: store.collection('iam.policy'),
    profiles: store.collection('iam.profile'),
    sessions: store.collection('iam.session'),
    root: store.collection('iam.root'),
  };
}
