import type {
  Change,
  ChangeResourceRecordSetsCommandInput,
  ChangeResourceRecordSetsCommandOutput,
  ListResourceRecordSetsCommandInput,
  ListResourceRecordSetsCommandOutput,
  ResourceRecordSet,
  TestDNSAnswerCommandInput,
  TestDNSAnswerCommandOutput,
} from '@aws-sdk/client-route-53';
import type { Answer } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import { applyBatch } from './change-batch.ts';
import type { Changes } from './changes.ts';
import { invalidBatch, invalidInput } from './errors.ts';
import { findHealthCheck } from './health-checks.ts';
import { compareRecords, escapedName, isIn, normalName } from './names.ts';
import type { DnsState, StoredZone } from './state.ts';
import { findZone, pageSize } from './zones.ts';

const changesPerBatch = 1000;
const charactersPerBatch = 32_000;

/** Records of hosted zones. */
export function recordOperations(parts: Parts, state: DnsState, changes: Changes) {
  return {
    async ChangeResourceRecordSets(
      input: ChangeResourceRecordSetsCommandInput,
    ): Promise<Answer<ChangeResourceRecordSetsCommandOutput>> {
      const zone = findZone(state, input.HostedZoneId);
      const batch = input.ChangeBatch?.Changes ?? [];
      if (batch.length === 0) throw invalidInput('A change batch must contain at least one change.');
      checkSize(batch);
      checkHealthChecks(state, batch);
      const records = applyBatch(zone.name, zone.records, batch);
      checkAliases(zone, records, parts);
      state.zones.set(zone.id, { ...zone, records });
      return { ChangeInfo: changes.record(input.ChangeBatch?.Comment) };
    },

    async ListResourceRecordSets(
      input: ListResourceRecordSetsCommandInput,
    ): Promise<Answer<ListResourceRecordSetsCommandOutput>> {
      const zone = findZone(state, input.HostedZoneId);
      if (input.StartRecordType !== undefined && input.StartRecordName === undefined) {
        throw invalidInput('The input is not valid: a start type needs a start name.');
      }
      const size = pageSize(input.MaxItems, 300);
      const from = {
        Name: normalName(input.StartRecordName ?? zone.name),
        Type: input.StartRecordType,
        SetIdentifier: input.StartRecordIdentifier,
      };
      const all =
        input.StartRecordName === undefined
          ? zone.records
          : zone.records.filter((record) => compareRecords(record, from as ResourceRecordSet) >= 0);
      const next = all[size];
      return {
        ResourceRecordSets: all.slice(0, size).map(view),
        IsTruncated: next !== undefined,
        ...(next && {
          NextRecordName: escapedName(next.Name ?? ''),
          NextRecordType: next.Type,
          ...(next.SetIdentifier !== undefined && { NextRecordIdentifier: next.SetIdentifier }),
        }),
        MaxItems: size,
      };
    },

    async TestDNSAnswer(input: TestDNSAnswerCommandInput): Promise<Answer<TestDNSAnswerCommandOutput>> {
      const zone = findZone(state, input.HostedZoneId);
      if (zone.vpcIds) throw invalidInput('TestDNSAnswer answers for public hosted zones only.');
      const { code, records } = parts.services.route53.resolve(
        input.RecordName ?? '',
        input.RecordType ?? 'A',
      );
      return {
        Nameserver: zone.nameServers[0] ?? '',
        RecordName: input.RecordName,
        RecordType: input.RecordType,
        RecordData: records.filter(({ type }) => type === input.RecordType).map(({ data }) => data),
        ResponseCode: code,
        Protocol: 'UDP',
      };
    },
  };
}

/** UPSERT counts twice, as on AWS. */
function checkSize(batch: readonly Change[]): void {
  const values = batch.flatMap(({ Action, ResourceRecordSet: record }) => {
    const own = (record?.ResourceRecords ?? [{ Value: record?.AliasTarget?.DNSName ?? '' }]).map(
      ({ Value }) => Value ?? '',
    );
    return Action === 'UPSERT' ? [...own, ...own] : own;
  });
  if (values.length > changesPerBatch)
    throw invalidBatch([`Number of records limit of ${changesPerBatch} exceeded.`]);
  if (values.join('').length > charactersPerBatch)
    throw invalidBatch([`Number of characters limit of ${charactersPerBatch} exceeded.`]);
}

/** A record may outlive the health check that it names, but not be made with one that there is not. */
function checkHealthChecks(state: DnsState, batch: readonly Change[]): void {
  for (const { Action, ResourceRecordSet: record } of batch)
    if (Action !== 'DELETE' && record?.HealthCheckId !== undefined)
      findHealthCheck(state, record.HealthCheckId);
}

/** An alias within the zone must name a record that is there; others must lie in the zone they name. */
function checkAliases(zone: StoredZone, records: readonly ResourceRecordSet[], parts: Parts): void {
  const wrong = records.flatMap(({ AliasTarget: alias, Type: type = '' }) => {
    if (!alias) return [];
    const { HostedZoneId: id = '', DNSName: target = '' } = alias;
    const start = `Tried to create an alias that targets ${target}, type ${type} in zone ${id}, but`;
    if (id === zone.id) {
      if (!isIn(target, zone.name))
        return [`${start} the alias target name does not lie within the target zone`];
      return records.some(({ Name, Type }) => Name === target && Type === type)
        ? []
        : [`${start} that target was not found`];
    }
    const isElb = target.endsWith(`.${parts.region}.elb.amazonaws.com.`);
    return isElb ? [] : [`${start} the alias target name does not lie within the target zone`];
  });
  if (wrong.length > 0) throw invalidBatch(wrong);
}

const view = (record: ResourceRecordSet): ResourceRecordSet => ({
  ...record,
  Name: escapedName(record.Name ?? ''),
});
