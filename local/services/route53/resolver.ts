import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import type { DnsAnswer, Parts } from '../parts.ts';
import { isHealthy, type Known } from './health.ts';
import { isIn, normalName } from './names.ts';
import { chooseRecords, type Circumstances } from './routing.ts';
import type { DnsState, StoredZone } from './state.ts';
import { privateZoneOf, publicZoneOf } from './zone-choice.ts';

type Answered = DnsAnswer['records'][number];

const longestChain = 8;
const serviceTtl = 60;
/** What a failover moves to another address is asked for again soon. */
const failoverTtl = 5;

/** Answers questions from hosted zones, load balancers and EC2's own names. */
export function resolver(parts: Parts, state: DnsState, random: () => number = Math.random) {
  const known: Known = {
    configOf: (id) => state.healthChecks.get(id)?.config,
    opinionsOf: (id) => Object.values(state.opinions.get(id) ?? {}),
  };

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
    const isPrivate = vpcId !== undefined && parts.services.ec2.usesPrivateZones(vpcId);
    const inside = isPrivate ? privateZoneOf(state, name, vpcId) : undefined;
    // Whatever the world knows of a name: where a private zone has it, that zone alone answers.
    if (inside) return answerOf(inside, name, type, vpcId);
    const own = ownName(name, type, vpcId);
    if (own) return own;
    const zone = publicZoneOf(state, name);
    return zone && answerOf(zone, name, type, vpcId);
  }

  function answerOf(
    zone: StoredZone,
    name: string,
    type: string,
    vpcId: string | undefined,
  ): Answered[] | undefined {
    const found = closest(zone, name);
    if (!found) return undefined;
    const matching = found.filter((record) => record.Type === type);
    const sets = matching.length > 0 ? matching : found.filter((record) => record.Type === 'CNAME');
    return chooseRecords(sets, circumstances(zone)).flatMap((record) => answer(record, name, type, vpcId));
  }

  const circumstances = (zone: StoredZone): Circumstances => ({
    random,
    region: parts.region,
    isHealthy: (record) => isRecordHealthy(zone, record),
  });

  /** A record that neither names a health check nor asks for its target's health is healthy. */
  function isRecordHealthy(zone: StoredZone, record: ResourceRecordSet, links = 0): boolean {
    const { HealthCheckId: id, AliasTarget: alias } = record;
    if (id !== undefined && !isHealthy(id, known)) return false;
    return alias?.EvaluateTargetHealth !== true || isTargetHealthy(zone, record, links);
  }

  /** Of a load balancer, or of records of the same zone: one healthy record is enough. */
  function isTargetHealthy(
    zone: StoredZone,
    { AliasTarget, Type }: ResourceRecordSet,
    links: number,
  ): boolean {
    const target = normalName(AliasTarget?.DNSName ?? '');
    if (AliasTarget?.HostedZoneId !== zone.id)
      return parts.services.elasticloadbalancing.isHealthy(target) ?? false;
    const sets = (closest(zone, target) ?? []).filter((record) => record.Type === Type);
    return links < longestChain && sets.some((record) => isRecordHealthy(zone, record, links + 1));
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
