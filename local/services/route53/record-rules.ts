import { isIPv4, isIPv6 } from 'node:net';
import type { GeoLocation, ResourceRecordSet } from '@aws-sdk/client-route-53';
import { invalidInput, unsupported } from './errors.ts';
import { isIn, isName, normalName } from './names.ts';
import { policyOf } from './routing.ts';

/** What a record set may be, on its own. */

const types = [
  'A',
  'AAAA',
  'CAA',
  'CNAME',
  'DS',
  'HTTPS',
  'MX',
  'NAPTR',
  'NS',
  'PTR',
  'SOA',
  'SPF',
  'SRV',
  'SSHFP',
  'SVCB',
  'TLSA',
  'TXT',
];
const maximumTtl = 2_147_483_647;

/** A record set in the form it is kept in; throws what makes the whole request invalid. */
export function normalRecord(given: ResourceRecordSet): ResourceRecordSet {
  for (const member of ['GeoProximityLocation', 'CidrRoutingConfig', 'TrafficPolicyInstanceId'] as const) {
    if (given[member] !== undefined) throw unsupported(member);
  }
  checkRouting(given);
  const { AliasTarget: alias, ResourceRecords: records, TTL, Name = '', ...rest } = given;
  if (alias) {
    if (records?.length || TTL !== undefined)
      throw invalidInput(
        'Invalid request: a record set has either an AliasTarget or a TTL with ResourceRecords.',
      );
    const target = { ...alias, DNSName: normalName(alias.DNSName ?? '') };
    return { Name: normalName(Name), ...rest, AliasTarget: target };
  }
  if (!records?.length || TTL === undefined) {
    throw invalidInput(
      'Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with [Action, Name, Type].',
    );
  }
  if (TTL < 0 || TTL > maximumTtl) throw invalidInput(`Invalid TTL: ${TTL}`);
  return { Name: normalName(Name), ...rest, TTL, ResourceRecords: records };
}

function checkRouting(record: ResourceRecordSet): void {
  const { SetIdentifier: id, Weight: weight, Region, Failover, GeoLocation } = record;
  const multivalue = record.MultiValueAnswer === true ? true : undefined;
  const policies = [weight, Region, Failover, GeoLocation, multivalue].filter(
    (policy) => policy !== undefined,
  );
  if (policies.length > 1)
    throw invalidInput(
      'Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer], but found more than one in Change with [Action, Name, Type, SetIdentifier].',
    );
  if (policies.length === 1 && !id) throw invalidInput('Invalid request: Missing field SetIdentifier.');
  if (policies.length === 0 && id)
    throw invalidInput(
      'Invalid request: Missing field, Expected exactly one of [Weight, Region, Failover, GeoLocation, or MultiValueAnswer], but found none in Change with [Action, Name, Type, SetIdentifier].',
    );
  if (id && id.length > 128) throw invalidInput(`Invalid SetIdentifier: more than 128 characters: ${id}`);
  if (weight !== undefined && (weight < 0 || weight > 255)) throw invalidInput(`Invalid weight: ${weight}`);
  if (GeoLocation) checkPlace(GeoLocation);
}

function checkPlace({ ContinentCode, CountryCode, SubdivisionCode }: GeoLocation): void {
  if ((ContinentCode === undefined) === (CountryCode === undefined))
    throw invalidInput('Invalid request: a GeoLocation has either a ContinentCode or a CountryCode.');
  if (SubdivisionCode !== undefined && CountryCode === undefined)
    throw invalidInput('Invalid request: a SubdivisionCode goes with a CountryCode.');
}

/** What is wrong with a record set in a zone; an empty list when nothing is. */
export function problems(record: ResourceRecordSet, zone: string): string[] {
  const { Name: name = '', Type: type = '' } = record;
  if (!isName(name))
    return [`FATAL problem: DomainLabelEmpty or illegal character encountered with '${name}'`];
  if (!isIn(name, zone)) return [`RRSet with DNS name ${name} is not permitted in zone ${zone}`];
  if (!types.includes(type)) return [`Invalid record type: ${type}`];
  if (type === 'CNAME' && name === zone)
    return [`RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${zone}`];
  return [
    ...policyProblems(record),
    ...(record.ResourceRecords ?? []).flatMap(({ Value: value = '' }) => valueProblem(type, value)),
  ];
}

/** What a routing policy allows. */
function policyProblems(record: ResourceRecordSet): string[] {
  const { AliasTarget: alias, ResourceRecords: values = [], Type: type = '' } = record;
  const policy = policyOf(record);
  const refused = [
    policy !== 'simple' && ['NS', 'SOA', 'DS'].includes(type) && `type ${type} has no routing policies`,
    policy === 'multivalue' && alias && 'multivalue answer alias records are not allowed',
    policy === 'multivalue' && type === 'CNAME' && 'type CNAME has no multivalue answers',
    (policy === 'weighted' || policy === 'latency') && values.length > 1 && `a ${policy} set has one value`,
  ].filter((reason) => typeof reason === 'string');
  return [
    ...refused.map((reason) => `RRSet with DNS name ${record.Name ?? ''}, type ${type}: ${reason}`),
    ...(record.Failover === 'PRIMARY' && !alias && record.HealthCheckId === undefined
      ? ['A non-alias primary ResourceRecordSet must have an associated health check.']
      : []),
  ];
}

function valueProblem(type: string, value: string): string[] {
  const illegal = (what: string) => [
    `Invalid Resource Record: 'FATAL problem: ${what} encountered with '${value}''`,
  ];
  switch (type) {
    case 'A':
      return isIPv4(value) ? [] : illegal('ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)');
    case 'AAAA':
      return isIPv6(value) ? [] : illegal('AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)');
    case 'TXT':
    case 'SPF':
      return /^"(?:[^"\\]|\\.){0,255}"(?:\s+"(?:[^"\\]|\\.){0,255}")*$/.test(value)
        ? []
        : illegal('InvalidCharacterString (Value should be enclosed in quotation marks)');
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return isName(value) && !isIPv4(value)
        ? []
        : illegal('RRDATAIllegalDomainName (Value is not a valid domain name)');
    case 'MX':
      return /^\d{1,5} \S+$/.test(value)
        ? []
        : illegal('MXRRDATANotTwoFields (MX record does not have 2 fields)');
    default:
      return value === '' ? illegal('RRDATAEmpty (Value is empty)') : [];
  }
}
