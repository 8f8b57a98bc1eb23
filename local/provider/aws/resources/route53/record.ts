import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { text, type Properties, type Value } from '../../../protocol/values.ts';
import {
  boolean,
  list,
  number,
  object,
  required,
  set,
  string,
  type Inputs,
} from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { global } from '../../define.ts';
import { ifFound, isError } from '../../errors.ts';
import { bare, gone, settled } from './zone.ts';

const sameName = (a: Value, b: Value): boolean => bare(text(a)) === bare(text(b));

const inputs = {
  zoneId: required(string({ replaces: true })),
  name: required(string({ replaces: true, same: sameName })),
  type: required(string()),
  ttl: number(),
  records: set(string()),
  aliases: list(
    object({
      name: required(string({ same: sameName })),
      zoneId: required(string()),
      evaluateTargetHealth: required(boolean()),
    }),
  ),
  setIdentifier: string(),
  healthCheckId: string(),
  weightedRoutingPolicies: list(object({ weight: required(number()) })),
  failoverRoutingPolicies: list(object({ type: required(string({ values: ['PRIMARY', 'SECONDARY'] })) })),
  latencyRoutingPolicies: list(object({ region: required(string()) })),
  geolocationRoutingPolicies: list(object({ continent: string(), country: string(), subdivision: string() })),
  multivalueAnswerRoutingPolicy: boolean(),
  allowOverwrite: boolean({ hidden: true }),
};
type RecordInputs = Inputs<typeof inputs>;

const routingPolicies = [
  'weightedRoutingPolicies',
  'failoverRoutingPolicies',
  'latencyRoutingPolicies',
  'geolocationRoutingPolicies',
  'multivalueAnswerRoutingPolicy',
] as const;

export default global({
  type: 'aws:route53/record:Record',
  inputs,
  check: ({ records, aliases, ttl, ...others }) => {
    const policies = routingPolicies.filter(
      (policy) => others[policy] !== undefined && others[policy] !== false,
    );
    if (policies.length > 1)
      return [{ property: policies[1] ?? '', reason: `: conflicts with ${policies[0] ?? ''}` }];
    if (policies.length > 0 && others.setIdentifier === undefined)
      return [{ property: 'setIdentifier', reason: `is required with ${policies[0] ?? ''}` }];
    if ((records === undefined) === (aliases === undefined))
      return [{ property: 'records', reason: ': exactly one of records and aliases is needed' }];
    return records !== undefined && ttl === undefined
      ? [{ property: 'ttl', reason: 'is required with records' }]
      : [];
  },

  async create(record, context) {
    const name = await fullName(context, record.zoneId, record.name);
    const Action = record.allowOverwrite ? 'UPSERT' : 'CREATE';
    await change(context, record.zoneId, { Action, ResourceRecordSet: toSet(record, name) });
    return [record.zoneId, bare(record.name), record.type, record.setIdentifier].filter(Boolean).join('_');
  },

  async read(id, context, known) {
    const place = placeOf(id, known.state, known.inputs);
    const found = await find(context, place);
    return (
      found && { ...fromSet(found), zoneId: place.zoneId, name: place.name, fqdn: bare(found.Name ?? '') }
    );
  },

  async update(id, { olds, news, changed }, context) {
    const name = await fullName(context, news.zoneId, news.name);
    // Type and set identifier tell one record set from another: the new one takes the place of the old one at once.
    const before = changed('type', 'setIdentifier') ? await find(context, placeOf(id, olds)) : undefined;
    await change(
      context,
      news.zoneId,
      ...(before ? [{ Action: 'DELETE' as const, ResourceRecordSet: before }] : []),
      { Action: 'UPSERT', ResourceRecordSet: toSet(news, name) },
    );
  },

  async delete(id, context, known) {
    const place = placeOf(id, known.state);
    const found = await find(context, place);
    if (!found) return;
    try {
      await change(context, place.zoneId, { Action: 'DELETE', ResourceRecordSet: found });
    } catch (error) {
      const vanished = isError(error, 'InvalidChangeBatch') && (error as Error).message.includes('not found');
      if (!vanished && !isError(error, ...gone)) throw error;
    }
  },
});

interface Place {
  readonly zoneId: string;
  readonly name: string;
  readonly type: string;
  readonly setIdentifier: string | undefined;
}

/** From what is known; an import names them as `Z123_www.example.com_A`. */
function placeOf(id: string, ...known: readonly Properties[]): Place {
  for (const { zoneId, name, type, setIdentifier } of known) {
    if (typeof zoneId === 'string' && typeof name === 'string' && typeof type === 'string')
      return {
        zoneId,
        name,
        type,
        setIdentifier: typeof setIdentifier === 'string' ? setIdentifier : undefined,
      };
  }
  const [, zoneId = '', name = '', type = '', setIdentifier] =
    /^([^_]+)_(.+?)_([A-Z]+)(?:_(.+))?$/.exec(id) ?? [];
  return { zoneId, name, type, setIdentifier };
}

/** A name within the zone may be given without the zone's own; an empty one is the zone itself. */
async function fullName(context: Context, zoneId: string, name: string): Promise<string> {
  const route53 = await context.clients.route53();
  const { HostedZone } = await route53.getHostedZone({ Id: zoneId });
  const zone = bare(HostedZone?.Name ?? '');
  const short = bare(name);
  if (short === '' || short === zone) return zone;
  return short.endsWith(`.${zone}`) ? short : `${short}.${zone}`;
}

async function find(context: Context, place: Place): Promise<ResourceRecordSet | undefined> {
  const name = await ifFound(gone, () => fullName(context, place.zoneId, place.name));
  if (name === undefined) return undefined;
  const route53 = await context.clients.route53();
  const { ResourceRecordSets } = await route53.listResourceRecordSets({
    HostedZoneId: place.zoneId,
    StartRecordName: name,
    StartRecordType: place.type as 'A',
    ...(place.setIdentifier ? { StartRecordIdentifier: place.setIdentifier } : {}),
  });
  return ResourceRecordSets?.find(
    ({ Name, Type, SetIdentifier }) =>
      decoded(Name) === name && Type === place.type && (SetIdentifier ?? '') === (place.setIdentifier ?? ''),
  );
}

/** Route 53 answers with `\052` for an asterisk. */
const decoded = (name: string | undefined): string =>
  bare((name ?? '').replaceAll(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8))));

/** All of them or none. */
async function change(context: Context, zoneId: string, ...changes: readonly Change[]): Promise<void> {
  const route53 = await context.clients.route53();
  const { ChangeInfo } = await route53.changeResourceRecordSets({
    HostedZoneId: zoneId,
    ChangeBatch: { Changes: [...changes] },
  });
  await settled(context, ChangeInfo?.Id);
}

function toSet(record: RecordInputs, name: string): ResourceRecordSet {
  const alias = record.aliases?.[0];
  const weighted = record.weightedRoutingPolicies?.[0];
  const failover = record.failoverRoutingPolicies?.[0];
  const latency = record.latencyRoutingPolicies?.[0];
  const place = record.geolocationRoutingPolicies?.[0];
  return {
    Name: name,
    Type: record.type as 'A',
    TTL: record.ttl,
    ResourceRecords: record.records?.map((value) => ({ Value: toText(record.type, value) })),
    AliasTarget: alias && {
      DNSName: alias.name,
      HostedZoneId: alias.zoneId,
      EvaluateTargetHealth: alias.evaluateTargetHealth,
    },
    SetIdentifier: record.setIdentifier,
    HealthCheckId: record.healthCheckId,
    Weight: weighted?.weight,
    Failover: failover?.type as 'PRIMARY' | undefined,
    Region: latency?.region as 'eu-central-1' | undefined,
    GeoLocation: place && {
      ContinentCode: place.continent,
      CountryCode: place.country,
      SubdivisionCode: place.subdivision,
    },
    // Route 53 knows true only.
    MultiValueAnswer: record.multivalueAnswerRoutingPolicy === true ? true : undefined,
  };
}

/** Text records are quoted on the wire. */
const toText = (type: string, value: string): string =>
  (type === 'TXT' || type === 'SPF') && !value.startsWith('"') ? `"${value}"` : value;
const fromText = (type: string | undefined, value: string): string =>
  type === 'TXT' || type === 'SPF' ? value.replace(/^"(.*)"$/s, '$1') : value;

function fromSet(found: ResourceRecordSet): Properties {
  const { AliasTarget: alias, GeoLocation: place } = found;
  return {
    type: found.Type,
    ttl: found.TTL,
    records: found.ResourceRecords?.map(({ Value = '' }) => fromText(found.Type, Value)).sort(),
    aliases: alias && [
      {
        name: bare(alias.DNSName ?? ''),
        zoneId: alias.HostedZoneId,
        evaluateTargetHealth: alias.EvaluateTargetHealth ?? false,
      },
    ],
    setIdentifier: found.SetIdentifier,
    healthCheckId: found.HealthCheckId,
    weightedRoutingPolicies: found.Weight === undefined ? undefined : [{ weight: found.Weight }],
    failoverRoutingPolicies: found.Failover && [{ type: found.Failover }],
    latencyRoutingPolicies: found.Region && [{ region: found.Region }],
    geolocationRoutingPolicies: place && [
      { continent: place.ContinentCode, country: place.CountryCode, subdivision: place.SubdivisionCode },
    ],
    multivalueAnswerRoutingPolicy: found.MultiValueAnswer,
  };
}
