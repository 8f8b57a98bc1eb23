import type {
  AvailabilityZone,
  DescribeAvailabilityZonesCommandInput,
  DescribeAvailabilityZonesCommandOutput,
  DescribeRegionsCommandInput,
  DescribeRegionsCommandOutput,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import type { Ec2Context } from './context.ts';
import { invalidValue } from './errors.ts';
import { select, type FilterTable } from './filters.ts';

export interface Zone {
  readonly name: string;
  readonly id: string;
}

const directions: Readonly<Record<string, string>> = {
  north: 'n',
  south: 's',
  east: 'e',
  west: 'w',
  central: 'c',
  northeast: 'ne',
  northwest: 'nw',
  southeast: 'se',
  southwest: 'sw',
};

/** `eu-central-1` → `euc1`, the way zone ids spell a region. */
function shortRegion(region: string): string {
  return region
    .split('-')
    .map((word) => directions[word] ?? word)
    .join('');
}

/** The region's three availability zones. */
export const zonesOf = (region: string): readonly Zone[] =>
  ['a', 'b', 'c'].map((letter, index) => ({
    name: region + letter,
    id: `${shortRegion(region)}-az${index + 1}`,
  }));

/** A zone by name; another region's or an unknown one is AWS's own error. */
export function zoneNamed(region: string, name: string): Zone {
  const zones = zonesOf(region);
  const zone = zones.find((known) => known.name === name);
  if (zone) return zone;
  const names = zones.map((known) => known.name).join(', ');
  throw invalidValue(
    `Value (${name}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${names}.`,
  );
}

const filters: FilterTable<AvailabilityZone & { Tags?: undefined }> = {
  'group-name': (zone) => zone.GroupName,
  'opt-in-status': (zone) => zone.OptInStatus,
  'region-name': (zone) => zone.RegionName,
  state: (zone) => zone.State,
  'zone-id': (zone) => zone.ZoneId,
  'zone-name': (zone) => zone.ZoneName,
  'zone-type': (zone) => zone.ZoneType,
};

export function zoneOperations({ parts: { region, outages } }: Ec2Context) {
  const endpoint = `ec2.${region}.amazonaws.com`;
  return {
    DescribeAvailabilityZones(
      input: DescribeAvailabilityZonesCommandInput,
    ): Answer<DescribeAvailabilityZonesCommandOutput> {
      const zones = zonesOf(region);
      const unknown =
        input.ZoneNames?.find((name) => !zones.some((zone) => zone.name === name)) ??
        input.ZoneIds?.find((id) => !zones.some((zone) => zone.id === id));
      if (unknown !== undefined) throw invalidValue(`Invalid availability zone: [${unknown}]`);
      const rows = zones
        .filter(({ name }) => !input.ZoneNames?.length || input.ZoneNames.includes(name))
        .filter(({ id }) => !input.ZoneIds?.length || input.ZoneIds.includes(id))
        .map(({ name, id }): AvailabilityZone & { Tags?: undefined } => ({
          ZoneName: name,
          ZoneId: id,
          State: outages.isDown(name) ? 'unavailable' : 'available',
          RegionName: region,
          ZoneType: 'availability-zone',
          OptInStatus: 'opt-in-not-required',
          GroupName: `${region}-zg-1`,
          NetworkBorderGroup: region,
          Messages: [],
        }));
      return { AvailabilityZones: select(rows, input.Filters, filters) };
    },

    DescribeRegions(input: DescribeRegionsCommandInput): Answer<DescribeRegionsCommandOutput> {
      const unknown = input.RegionNames?.find((name) => name !== region);
      if (unknown !== undefined)
        throw new AwsError('InvalidParameterValue', `Invalid region name: ${unknown}`);
      const row = {
        RegionName: region,
        Endpoint: endpoint,
        OptInStatus: 'opt-in-not-required',
        Tags: undefined,
      };
      const rows = select([row], input.Filters, {
        endpoint: (found) => found.Endpoint,
        'region-name': (found) => found.RegionName,
        'opt-in-status': (found) => found.OptInStatus,
      });
      return { Regions: rows.map(({ Tags: _, ...found }) => found) };
    },
  };
}
