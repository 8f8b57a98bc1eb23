import { isIPv4, isIPv6 } from 'node:net';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { invalidInput, unsupported } from './errors.ts';
import { isIn, isName, normalName } from './names.ts';

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
  for (const member of [
    'Region',
    'GeoLocation',
    'GeoProximityLocation',
    'CidrRoutingConfig',
    'HealthCheckId',
    'TrafficPolicyInstanceId',
  ] as const) {
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

function checkRouting({ SetIdentifier, Weight, Failover, MultiValueAnswer }: ResourceRecordSet): void {
  const policies = [Weight, Failover, MultiValueAnswer].filter((policy) => policy !== undefined);
  if (policies.length > 1)
    throw invalidInput(
      'Invalid request: a record set has at most one of Weight, Failover and MultiValueAnswer.',
    );
  if (policies.length === 1 && !SetIdentifier)
    throw invalidInput('Invalid request: Missing field SetIdentifier.');
  if (policies.length === 0 && SetIdentifier)
    throw invalidInput('Invalid request: a SetIdentifier needs a routing policy.');
  if (Weight !== undefined && (Weight < 0 || Weight > 255)) throw invalidInput(`Invalid weight: ${Weight}`);
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
  return (record.ResourceRecords ?? []).flatMap(({ Value: value = '' }) => valueProblem(type, value));
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
