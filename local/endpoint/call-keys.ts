import { unknown, type Keys } from '../services/iam/policy/keys.ts';
import { requestTagsOf, tagKeysOf, type KeyValue, type Need, type Tags } from './authorization.ts';
import type { Authorization } from './authorization.ts';
import type { Identity } from './identity.ts';
import type { Call, Service, ServiceName } from './service.ts';

/** The facts of a call that condition keys tell of. */
export interface CallFacts {
  readonly call: Call;
  readonly identity: Identity | undefined;
  readonly input: object;
  readonly services: Partial<Record<ServiceName, Service>>;
  readonly now: number;
  readonly sourceAddress: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

type Read = (facts: CallFacts, need: Need) => KeyValue;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
const globalKeys: Readonly<Record<string, Read>> = {
  'aws:principalarn': ({ call, identity }) => identity?.roleArn ?? call.caller.arn,
  'aws:principalaccount': ({ call }) => call.account,
  'aws:principaltype': ({ call }) =>
    ({ root: 'Account', user: 'User', role: 'AssumedRole' })[call.caller.kind],
  'aws:principalisawsservice': () => false,
  'aws:userid': ({ call }) => call.caller.userId,
  'aws:username': ({ identity }) => identity?.userName,
  'aws:tokenissuetime': ({ identity }) => isoTime(identity?.issued),
  // Temporary credentials say that there was no second factor, long-term keys say nothing.
  'aws:multifactorauthpresent': ({ identity }) => (identity?.issued === undefined ? undefined : false),
  'aws:currenttime': ({ now }) => isoTime(now),
  'aws:epochtime': ({ now }) => Math.floor(now / 1000),
  'aws:requestedregion': ({ call }) => call.region,
  'aws:resourceaccount': ({ call }) => call.account,
  // The endpoint stands for AWS's own, which SDKs call by TLS: docs/decisions/0009-policies-are-enforced.md.
  'aws:securetransport': () => true,
  'aws:sourceip': ({ sourceAddress }) => sourceAddress,
  'aws:useragent': ({ headers }) => headers['user-agent'],
  'aws:referer': ({ headers }) => headers.referer,
  'aws:viaawsservice': () => false,
  'aws:tagkeys': ({ input }, need) => (need.requestTags ? Object.keys(need.requestTags) : tagKeysOf(input)),
  'ec2:sourceinstancearn': ({ call: { caller, region, account } }) =>
    /^i-[0-9a-f]+$/.test(caller.sessionName ?? '')
      ? `arn:aws:ec2:${region}:${account}:instance/${caller.sessionName ?? ''}`
      : undefined,
};

/** What no call here has: there are no organizations, VPC endpoints, federated users or calls through services. */
const neverThere = new Set([
  'aws:calledvia',
  'aws:calledviafirst',
  'aws:calledvialast',
  'aws:federatedprovider',
  'aws:multifactorauthage',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:principalservicename',
  'aws:principalservicenameslist',
  'aws:resourceorgid',
  'aws:resourceorgpaths',
  'aws:sourceaccount',
  'aws:sourcearn',
  'aws:sourceidentity',
  'aws:sourceorgid',
  'aws:sourcevpc',
  'aws:sourceowner',
  'aws:sourcevpce',
  'aws:vpcsourceip',
]);

const isoTime = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

/** The condition keys of one call as to one need. Nothing is looked up before a policy asks for it. */
export class CallKeys implements Keys {
  readonly #facts: CallFacts;
  readonly #need: Need;
  readonly #onUnknown: (key: string) => void;

  constructor(facts: CallFacts, need: Need, onUnknown: (key: string) => void) {
    this.#facts = facts;
    this.#need = need;
    this.#onUnknown = onUnknown;
  }

  values(key: string): readonly string[] | typeof unknown {
    const brought = entryOf(this.#need.keys, key);
    if (brought) return asList(brought[1]);
    const read = globalKeys[key];
    if (read) return asList(read(this.#facts, this.#need));
    if (neverThere.has(key)) return [];
    const tag = this.#tag(key);
    if (tag !== unknown) return asList(tag);
    const own = this.#ofService(key);
    if (own === unknown) this.#onUnknown(key);
    return own === unknown ? unknown : asList(own);
  }

  /** `aws:ResourceTag/team` and the like; AWS takes the tag's key in any case, too. */
  #tag(key: string): KeyValue | typeof unknown {
    const slash = key.indexOf('/');
    if (slash < 0) return unknown;
    const [kind, name] = [key.slice(0, slash), key.slice(slash + 1)];
    if (kind === 'aws:requesttag')
      return valueOf(this.#need.requestTags ?? requestTagsOf(this.#facts.input), name);
    if (kind === 'aws:principaltag') return valueOf(this.#facts.identity?.tags, name);
    if (!kind.endsWith(':resourcetag')) return unknown;
    const service = kind.slice(0, kind.indexOf(':'));
    if (service !== 'aws' && !authorizationOf(this.#facts.services, service)) return unknown;
    const { resource } = this.#need;
    return valueOf(ownerOf(this.#facts.services, resource)?.tagsOf?.(resource), name);
  }

  #ofService(key: string): KeyValue | typeof unknown {
    const table = authorizationOf(this.#facts.services, key.slice(0, key.indexOf(':')));
    const found = entryOf(table?.keys, key);
    return found ? found[1](this.#facts.input, this.#need) : unknown;
  }
}

/** The table of the service whose actions and ARNs have a prefix. */
export function authorizationOf(
  services: Partial<Record<ServiceName, Service>>,
  prefix: string,
): Authorization | undefined {
  return services[prefix === 'cloudwatch' ? 'monitoring' : (prefix as ServiceName)]?.authorization;
}

/** The table of the service that an ARN belongs to. */
export const ownerOf = (
  services: Partial<Record<ServiceName, Service>>,
  arn: string,
): Authorization | undefined => authorizationOf(services, arn.split(':', 3)[2] ?? '');

function entryOf<T>(record: Readonly<Record<string, T>> | undefined, key: string): [string, T] | undefined {
  return record && Object.entries(record).find(([name]) => name.toLowerCase() === key);
}

const valueOf = (tags: Tags | undefined, name: string): string | undefined => entryOf(tags, name)?.[1];

function asList(value: KeyValue): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [String(value)];
}
