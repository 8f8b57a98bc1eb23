import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { DnsAnswer, Parts } from '../parts.ts';
import { isIn, normalName } from './names.ts';
import { chooseRecords } from './routing.ts';
import type { DnsState, StoredZone } from './state.ts';

type Answered = DnsAnswer['records'][number];

const longestChain = 8;
const serviceTtl = 60;
/** What a failover moves to another address is asked for again soon. */
const failoverTtl = 5;

/** Answers questions from hosted zones, load balancers and EC2's own names. */
export function resolver(parts: Parts, state: DnsState, random: () => number = Math.random) {
  /** Zones whose names are below each other: the longest one answers. */
  const zoneOf = (name: string): StoredZone | undefined =>
    [...state.zones.values()]
      .filter((zone) => isIn(name, zone.name) && isDelegated(zone))
      .sort((a, b) => b.name.length - a.name.length)[0];

  /**
   * The registries of the simulated internet know every zone, and of two of one name the first. What lies
   * below another zone is known when that one says so, by an NS record.
   */
  function isDelegated(zone: StoredZone): boolean {
    const others = [...state.zones.values()].filter((one) => one !== zone && isIn(zone.name, one.name));
    const [parent] = others.sort((a, b) => b.name.length - a.name.length);
    if (!parent) return true;
    if (parent.name === zone.name) {
      const all = [...state.zones.values()];
      return all.indexOf(zone) < all.indexOf(parent);
    }
    const named = parent.records.find(({ Name, Type }) => Name === zone.name && Type === 'NS');
    const servers = (named?.ResourceRecords ?? []).map(({ Value = '' }) => normalName(Value));
    return zone.nameServers.some((server) => servers.includes(normalName(server)));
  }

  function resolve(question: string, type: string, vpcId?: string): DnsAnswer {
    const records: Answered[] = [];
    let name = normalName(question);
    for (let links = 0; links < longestChain; links++) {
      const step = resolveOnce(name, type, vpcId);
      if (!step) return { code: 'NXDOMAIN', records };
      records.push(...step);
      const [alias] = step;
      if (alias?.type !== 'CNAME' || type === 'CNAME') return { code: 'NOERROR', records };
      name = normalName(alias.data);
    }
    return { code: 'SERVFAIL', records: [] };
  }

  /** The records at one name; undefined when the name does not exist. */
  function resolveOnce(name: string, type: string, vpcId: string | undefined): Answered[] | undefined {
    const own = ownName(name, type, vpcId);
    if (own) return own;
    const zone = zoneOf(name);
    if (!zone) return undefined;
    const found = closest(zone, name);
    if (!found) return undefined;
    const matching = found.filter((record) => record.Type === type);
    const chosen = matching.length > 0 ? matching : found.filter((record) => record.Type === 'CNAME');
    return chooseRecords(chosen, random, (record) => answer(record, name, type, vpcId));
  }

  /** Names that AWS itself answers for. */
  function ownName(name: string, type: string, vpcId: string | undefined): Answered[] | undefined {
    // `dualstack.` asks for IPv6 addresses too; load balancers here have none.
    const plain = name.slice(0, -1).replace(/^dualstack\./, '');
    const isEc2Name = vpcId !== undefined || plain.endsWith('.amazonaws.com');
    const moving = parts.services.elasticache.resolve(plain) ?? parts.services.rds.resolve(plain);
    const addresses =
      moving ??
      parts.services.elasticloadbalancing.resolve(plain) ??
      parts.services.elasticfilesystem.resolve(plain) ??
      (isEc2Name ? parts.services.ec2.resolve(plain) : undefined);
    if (!addresses) return undefined;
    const ttl = moving ? failoverTtl : serviceTtl;
    return type === 'A' ? addresses.map((data) => ({ name, type, ttl, data })) : [];
  }

  function answer(
    record: ResourceRecordSet,
    name: string,
    type: string,
    vpcId: string | undefined,
  ): Answered[] {
    const { AliasTarget: alias, ResourceRecords: values = [], TTL: ttl = 0, Type = '' } = record;
    if (!alias) return values.map(({ Value: data = '' }) => ({ name, type: Type, ttl, data }));
    // An alias is answered as if the target's records were its own.
    const target = resolve(alias.DNSName ?? '', type, vpcId);
    return target.records.filter((one) => one.type === type).map((one) => ({ ...one, name }));
  }

  return resolve;
}

/** The records at a name, or those of the wildcard that covers it. */
function closest(zone: StoredZone, name: string): ResourceRecordSet[] | undefined {
  const at = (wanted: string) => zone.records.filter((record) => record.Name === wanted);
  const exists = (wanted: string) => zone.records.some((record) => isIn(record.Name ?? '', wanted));
  const exact = at(name);
  if (exact.length > 0) return exact;
  // A name that only has names below it exists, without records.
  if (exists(name)) return [];
  for (let parent = parentOf(name); isIn(parent, zone.name); parent = parentOf(parent)) {
    const covering = at(`*.${parent}`);
    if (covering.length > 0) return covering;
    if (exists(parent)) return undefined;
  }
  return undefined;
}

const parentOf = (name: string): string => name.slice(name.indexOf('.') + 1);
