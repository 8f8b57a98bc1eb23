import { randomBytes, randomInt } from 'node:crypto';
import type {
  CreateHostedZoneCommandInput,
  CreateHostedZoneCommandOutput,
  DeleteHostedZoneCommandInput,
  DeleteHostedZoneCommandOutput,
  GetHostedZoneCommandInput,
  GetHostedZoneCommandOutput,
  GetHostedZoneCountCommandOutput,
  HostedZone,
  ListHostedZonesByNameCommandInput,
  ListHostedZonesByNameCommandOutput,
  ListHostedZonesCommandInput,
  ListHostedZonesCommandOutput,
  UpdateHostedZoneCommentCommandInput,
  UpdateHostedZoneCommentCommandOutput,
} from '@aws-sdk/client-route-53';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Parts } from '../parts.ts';
import type { Changes } from './changes.ts';
import { invalidInput, noSuchZone, unsupported } from './errors.ts';
import { compareTexts, escapedName, isName, normalName, reversed } from './names.ts';
import type { DnsState, StoredZone } from './state.ts';
import { checkConflict, checkVpc, vpcsOf } from './vpc-associations.ts';

/** Hosted zones. */
export function zoneOperations(parts: Parts, state: DnsState, changes: Changes) {
  const inOrder = (): StoredZone[] =>
    [...state.zones.values()].sort(
      (a, b) => compareTexts(reversed(a.name), reversed(b.name)) || compareTexts(a.id, b.id),
    );

  return {
    async CreateHostedZone(
      input: CreateHostedZoneCommandInput,
    ): Promise<Answer<CreateHostedZoneCommandOutput>> {
      const name = normalName(input.Name ?? '');
      if (!isName(name) || name === '.')
        throw new AwsError('InvalidDomainName', `${input.Name ?? ''} is not a valid domain name`);
      if (input.DelegationSetId !== undefined) throw unsupported('A reusable delegation set');
      const callerReference = input.CallerReference ?? '';
      if ([...state.zones.values()].some((zone) => zone.callerReference === callerReference)) {
        throw new AwsError(
          'HostedZoneAlreadyExists',
          `A hosted zone has already been created with the specified caller reference.`,
          409,
        );
      }
      const comment = input.HostedZoneConfig?.Comment ?? '';
      const made = newZone(name, callerReference, comment, await privateVpcs(input, name));
      state.zones.set(made.id, made);
      const answer = {
        Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${made.id}`,
        HostedZone: view(made),
        ChangeInfo: changes.record(),
        ...(made.vpcIds ? { VPC: input.VPC } : delegationSet(made)),
      };
      // The model wants a delegation set of every zone; AWS answers none for a private one.
      return answer as Answer<CreateHostedZoneCommandOutput>;
    },

    async GetHostedZone(input: GetHostedZoneCommandInput): Promise<Answer<GetHostedZoneCommandOutput>> {
      const zone = findZone(state, input.Id);
      return {
        HostedZone: view(zone),
        ...(zone.vpcIds ? { VPCs: vpcsOf(zone, parts.region) } : delegationSet(zone)),
      };
    },

    async ListHostedZones(input: ListHostedZonesCommandInput): Promise<Answer<ListHostedZonesCommandOutput>> {
      const zones = [...state.zones.values()].filter(
        ({ vpcIds }) => input.HostedZoneType !== 'PrivateHostedZone' || vpcIds !== undefined,
      );
      const all = input.DelegationSetId === undefined ? zones : [];
      const size = pageSize(input.MaxItems, 100);
      const start = input.Marker === undefined ? 0 : all.findIndex(({ id }) => id === input.Marker);
      if (start < 0) throw invalidInput(`The marker ${input.Marker ?? ''} is not valid.`);
      const next = all[start + size];
      return {
        HostedZones: all.slice(start, start + size).map(view),
        Marker: input.Marker,
        IsTruncated: next !== undefined,
        ...(next && { NextMarker: next.id }),
        MaxItems: size,
      };
    },

    async ListHostedZonesByName(
      input: ListHostedZonesByNameCommandInput,
    ): Promise<Answer<ListHostedZonesByNameCommandOutput>> {
      const from = input.DNSName === undefined ? '' : reversed(normalName(input.DNSName));
      const size = pageSize(input.MaxItems, 100);
      const all = inOrder().filter(({ name, id }) => {
        const order = compareTexts(reversed(name), from);
        return order > 0 || (order === 0 && id >= (input.HostedZoneId ?? ''));
      });
      const next = all[size];
      return {
        HostedZones: all.slice(0, size).map(view),
        ...(input.DNSName !== undefined && { DNSName: input.DNSName }),
        ...(input.HostedZoneId !== undefined && { HostedZoneId: input.HostedZoneId }),
        IsTruncated: next !== undefined,
        ...(next && { NextDNSName: next.name, NextHostedZoneId: next.id }),
        MaxItems: size,
      };
    },

    async GetHostedZoneCount(): Promise<Answer<GetHostedZoneCountCommandOutput>> {
      return { HostedZoneCount: state.zones.size };
    },

    async UpdateHostedZoneComment(
      input: UpdateHostedZoneCommentCommandInput,
    ): Promise<Answer<UpdateHostedZoneCommentCommandOutput>> {
      const zone = { ...findZone(state, input.Id), comment: input.Comment ?? '' };
      state.zones.set(zone.id, zone);
      return { HostedZone: view(zone) };
    },

    async DeleteHostedZone(
      input: DeleteHostedZoneCommandInput,
    ): Promise<Answer<DeleteHostedZoneCommandOutput>> {
      const zone = findZone(state, input.Id);
      const needed = ({ Name, Type }: { Name?: string | undefined; Type?: string | undefined }) =>
        Name === zone.name && (Type === 'NS' || Type === 'SOA');
      if (!zone.records.every(needed)) {
        throw new AwsError(
          'HostedZoneNotEmpty',
          'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
        );
      }
      state.zones.delete(zone.id);
      return { ChangeInfo: changes.record() };
    },
  };

  /** The VPC of a private zone; undefined when a public one is asked for. */
  async function privateVpcs(
    input: CreateHostedZoneCommandInput,
    name: string,
  ): Promise<string[] | undefined> {
    if (!input.VPC) {
      if (input.HostedZoneConfig?.PrivateZone) throw invalidInput('A private hosted zone needs a VPC.');
      return undefined;
    }
    const vpcId = await checkVpc(parts, input.VPC);
    checkConflict(state, name, vpcId);
    return [vpcId];
  }
}

/** Only public zones have name servers that the world can ask. */
const delegationSet = ({ nameServers }: StoredZone) => ({ DelegationSet: { NameServers: nameServers } });

export function findZone(state: DnsState, given: string | undefined): StoredZone {
  const id = (given ?? '').replace(/^\/hostedzone\//, '');
  const found = state.zones.get(id);
  if (!found) throw noSuchZone(id);
  return found;
}

export function pageSize(wanted: number | undefined, maximum: number): number {
  if (wanted === undefined) return maximum;
  if (wanted < 1) throw invalidInput(`The number of items must be at least 1: ${wanted}`);
  return Math.min(wanted, maximum);
}

const view = (zone: StoredZone): HostedZone => ({
  Id: `/hostedzone/${zone.id}`,
  Name: escapedName(zone.name),
  CallerReference: zone.callerReference,
  Config: { PrivateZone: zone.vpcIds !== undefined, ...(zone.comment !== '' && { Comment: zone.comment }) },
  ResourceRecordSetCount: zone.records.length,
});

function newZone(
  name: string,
  callerReference: string,
  comment: string,
  vpcIds: string[] | undefined,
): StoredZone {
  const nameServers = vpcIds ? privateNameServers : newNameServers();
  return {
    id: newId('Z'),
    name,
    comment,
    callerReference,
    nameServers,
    ...(vpcIds && { vpcIds }),
    tags: [],
    records: [
      {
        Name: name,
        Type: 'NS',
        TTL: 172_800,
        ResourceRecords: nameServers.map((server) => ({ Value: `${server}.` })),
      },
      {
        Name: name,
        Type: 'SOA',
        TTL: 900,
        ResourceRecords: [
          { Value: `${nameServers[0] ?? ''}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400` },
        ],
      },
    ],
  };
}

/** Ids as Route 53's: a letter and twenty capitals or digits. */
export const newId = (letter: string): string =>
  letter +
  [...randomBytes(20)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'.charAt(byte % 36)).join('');

/** What stands in every private zone; nobody asks them. */
const privateNameServers = ['com', 'net', 'org', 'co.uk'].map(
  (domain, index) => `ns-${index * 512}.awsdns-00.${domain}`,
);

/** Four servers, each under a top-level domain of its own. */
const newNameServers = (): string[] =>
  ['com', 'net', 'org', 'co.uk'].map(
    (domain, index) =>
      `ns-${index * 512 + randomInt(512)}.awsdns-${String(randomInt(64)).padStart(2, '0')}.${domain}`,
  );
