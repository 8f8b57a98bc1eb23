import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { policyOf } from './routing.ts';

/** What the record sets of one name and type may be together, when a batch is done. */

const mostWeighted = 100;

/** What is wrong with groups; an empty list when nothing is. */
export function groupProblems(records: readonly ResourceRecordSet[]): string[] {
  const grouped = records.filter((record) => policyOf(record) !== 'simple');
  const groups = Map.groupBy(grouped, ({ Name = '', Type = '' }) => `DNS name ${Name}, type ${Type}`);
  return [...groups].flatMap(([label, group]) => {
    const isTooLarge = group.length > mostWeighted && group.some(({ Weight }) => Weight !== undefined);
    return [
      ...(isTooLarge ? [`RRSets with ${label} are more than ${mostWeighted} weighted ones.`] : []),
      ...twins(group).map(
        (what) =>
          `RRSet with ${label} cannot be created as another ${what} set exists with the same name and type.`,
      ),
    ];
  });
}

/** Roles, regions and places that two sets of a group claim. */
function twins(group: readonly ResourceRecordSet[]): string[] {
  const claims = group.flatMap(claimOf);
  return [...new Set(claims.filter((claim, index) => claims.indexOf(claim) !== index))];
}

function claimOf({ Failover, Region, GeoLocation }: ResourceRecordSet): string[] {
  if (Failover) return [Failover];
  if (Region) return [Region];
  if (!GeoLocation) return [];
  const { ContinentCode, CountryCode, SubdivisionCode } = GeoLocation;
  return [[ContinentCode, CountryCode, SubdivisionCode].filter(Boolean).join('-')];
}
