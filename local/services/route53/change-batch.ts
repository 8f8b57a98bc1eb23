import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { invalidBatch } from './errors.ts';
import { compareRecords } from './names.ts';
import { groupProblems } from './record-groups.ts';
import { normalRecord, problems } from './record-rules.ts';
import { policyOf } from './routing.ts';

/** The records of a zone after a batch of changes: all of them, or none. */
export function applyBatch(
  zone: string,
  current: readonly ResourceRecordSet[],
  changes: readonly Change[],
): ResourceRecordSet[] {
  const found: string[] = [];
  let records = [...current];
  for (const { Action: action, ResourceRecordSet: given } of changes) {
    const record = normalRecord(given ?? ({} as ResourceRecordSet));
    const wrong = [...problems(record, zone), ...conflicts(action ?? '', record, records, zone)];
    found.push(...wrong);
    if (wrong.length > 0) continue;
    records = records.filter((one) => !isSame(one, record));
    if (action !== 'DELETE') records.push(record);
  }
  found.push(...groupProblems(records), ...required(zone, records));
  if (found.length > 0) throw invalidBatch(found);
  return records.sort(compareRecords);
}

const isSame = (one: ResourceRecordSet, other: ResourceRecordSet): boolean =>
  one.Name === other.Name && one.Type === other.Type && one.SetIdentifier === other.SetIdentifier;

function conflicts(
  action: string,
  record: ResourceRecordSet,
  records: readonly ResourceRecordSet[],
  zone: string,
): string[] {
  const existing = records.find((one) => isSame(one, record));
  const label = `[name='${record.Name ?? ''}', type='${record.Type ?? ''}'${record.SetIdentifier ? `, set-identifier='${record.SetIdentifier}'` : ''}]`;
  if (action === 'DELETE') {
    if (!existing) return [`Tried to delete resource record set ${label} but it was not found`];
    return sameContent(existing, record)
      ? []
      : [
          `Tried to delete resource record set ${label} but the values provided do not match the current values`,
        ];
  }
  if (action === 'CREATE' && existing)
    return [`Tried to create resource record set ${label} but it already exists`];
  return neighbours(record, records, zone);
}

/** A CNAME is alone at its name; records of one name and type have one routing policy. */
function neighbours(
  record: ResourceRecordSet,
  records: readonly ResourceRecordSet[],
  zone: string,
): string[] {
  const { Name: name = '', Type: type = '' } = record;
  const others = records.filter((one) => one.Name === name && !isSame(one, record));
  const conflict = others.find((one) => (one.Type === 'CNAME') !== (type === 'CNAME'));
  if (conflict) {
    return [
      `RRSet of type ${type} with DNS name ${name} is not permitted because a conflicting RRSet of type ${conflict.Type ?? ''} with the same DNS name already exists in zone ${zone}`,
    ];
  }
  const policy = policyOf(record);
  if (!others.some((one) => one.Type === type && policyOf(one) !== policy)) return [];
  const set = `RRSet with DNS name ${name}, type ${type}`;
  return policy === 'simple'
    ? [`${set} cannot be created as other RRSets exist with the same name and type.`]
    : [
        `${set}, SetIdentifier ${record.SetIdentifier ?? ''} cannot be created as a non-${policy} set exists with the same name and type.`,
      ];
}

function sameContent(one: ResourceRecordSet, other: ResourceRecordSet): boolean {
  const content = ({
    TTL,
    ResourceRecords,
    AliasTarget,
    Weight,
    Region,
    Failover,
    GeoLocation,
    MultiValueAnswer,
    HealthCheckId,
  }: ResourceRecordSet) =>
    JSON.stringify([
      TTL,
      ResourceRecords?.map(({ Value }) => Value).sort(),
      AliasTarget && [AliasTarget.HostedZoneId, AliasTarget.DNSName, AliasTarget.EvaluateTargetHealth],
      Weight,
      Region,
      Failover,
      GeoLocation && [GeoLocation.ContinentCode, GeoLocation.CountryCode, GeoLocation.SubdivisionCode],
      MultiValueAnswer,
      HealthCheckId,
    ]);
  return content(one) === content(other);
}

function required(zone: string, records: readonly ResourceRecordSet[]): string[] {
  const atApex = (type: string) => records.some(({ Name, Type }) => Name === zone && Type === type);
  return [
    ...(atApex('SOA') ? [] : ['A HostedZone must contain exactly one SOA record.']),
    ...(atApex('NS') ? [] : ['A HostedZone must contain at least one NS record for the zone itself.']),
  ];
}
