import type { Properties } from '../../protocol/values.ts';
import type { Context } from '../context.ts';

/** The zones of a region, in the order of their names. */
export default async function availabilityZones(args: Properties, context: Context): Promise<Properties> {
  const ec2 = await context.clients.ec2();
  const filters = (args.filters ?? []) as { name: string; values: string[] }[];
  const state = args.state as string | undefined;
  const { AvailabilityZones = [] } = await ec2.describeAvailabilityZones({
    ...(args.allAvailabilityZones === true ? { AllAvailabilityZones: true } : {}),
    ...(filters.length + (state ? 1 : 0) > 0
      ? {
          Filters: [
            ...filters.map(({ name, values }) => ({ Name: name, Values: values })),
            ...(state ? [{ Name: 'state', Values: [state] }] : []),
          ],
        }
      : {}),
  });
  const excluded = [...strings(args.excludeNames), ...strings(args.excludeZoneIds)];
  const zones = AvailabilityZones.filter(
    ({ ZoneName = '', ZoneId = '' }) => !excluded.includes(ZoneName) && !excluded.includes(ZoneId),
  ).sort((a, b) => (a.ZoneName ?? '').localeCompare(b.ZoneName ?? ''));
  return {
    ...args,
    id: context.region,
    region: context.region,
    names: zones.map(({ ZoneName = '' }) => ZoneName),
    zoneIds: zones.map(({ ZoneId = '' }) => ZoneId),
    groupNames: [...new Set(zones.map(({ GroupName }) => GroupName ?? context.region))],
  };
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? (value as string[]) : []);
