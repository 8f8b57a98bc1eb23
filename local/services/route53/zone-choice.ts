import { isIn, normalName } from './names.ts';
import type { DnsState, StoredZone } from './state.ts';

/** Which zone answers a name: of those whose names are below each other, the longest. */

const longestFirst = (zones: readonly StoredZone[]): StoredZone[] =>
  zones.toSorted((a, b) => b.name.length - a.name.length);

/** The zone that a VPC's resolver answers a name from, whatever the world knows of it. */
export const privateZoneOf = (state: DnsState, name: string, vpcId: string): StoredZone | undefined =>
  longestFirst(
    [...state.zones.values()].filter((zone) => zone.vpcIds?.includes(vpcId) && isIn(name, zone.name)),
  )[0];

/** The zone that the world asks for a name. */
export function publicZoneOf(state: DnsState, name: string): StoredZone | undefined {
  const zones = [...state.zones.values()].filter(({ vpcIds }) => !vpcIds);
  return longestFirst(zones.filter((zone) => isIn(name, zone.name) && isDelegated(zone, zones)))[0];
}

/**
 * The registries of the simulated internet know every zone, and of two of one name the first. What lies
 * below another zone is known when that one says so, by an NS record.
 */
function isDelegated(zone: StoredZone, zones: readonly StoredZone[]): boolean {
  const [parent] = longestFirst(zones.filter((one) => one !== zone && isIn(zone.name, one.name)));
  if (!parent) return true;
  if (parent.name === zone.name) return zones.indexOf(zone) < zones.indexOf(parent);
  const named = parent.records.find(({ Name, Type }) => Name === zone.name && Type === 'NS');
  const servers = (named?.ResourceRecords ?? []).map(({ Value = '' }) => normalName(Value));
  return zone.nameServers.some((server) => servers.includes(normalName(server)));
}
