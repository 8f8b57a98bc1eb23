import type {
  ListHostedZonesCommandOutput,
  ListResourceRecordSetsCommandOutput,
} from '@aws-sdk/client-route-53';
import { ask, type Parts } from '../../services/parts.ts';

/** Names of public zones with an address, which the front door's own pages list. */
export async function knownNames(parts: Parts): Promise<string[]> {
  const { HostedZones = [] } = await ask<ListHostedZonesCommandOutput>(
    parts,
    'route53',
    'ListHostedZones',
    {},
  );
  const zones = HostedZones.filter(({ Config }) => Config?.PrivateZone !== true);
  const names = await Promise.all(
    zones.map(async ({ Id }) => {
      const input = { HostedZoneId: Id?.replace('/hostedzone/', '') };
      const sets = await ask<ListResourceRecordSetsCommandOutput>(
        parts,
        'route53',
        'ListResourceRecordSets',
        input,
      );
      return (sets.ResourceRecordSets ?? [])
        .filter(({ Type, Name }) => (Type === 'A' || Type === 'CNAME') && Name?.startsWith('\\052') === false)
        .map(({ Name = '' }) => Name.replace(/\.$/, ''));
    }),
  );
  return [...new Set(names.flat())].sort();
}
