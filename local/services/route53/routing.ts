import type { ResourceRecordSet } from '@aws-sdk/client-route-53';

/** Routing policies: which of several record sets of one name and type are answered. */

export type RoutingPolicy = 'simple' | 'weighted' | 'latency' | 'failover' | 'geolocation' | 'multivalue';

export function policyOf(record: ResourceRecordSet): RoutingPolicy {
  if (record.Weight !== undefined) return 'weighted';
  if (record.Region !== undefined) return 'latency';
  if (record.Failover !== undefined) return 'failover';
  if (record.GeoLocation !== undefined) return 'geolocation';
  return record.MultiValueAnswer ? 'multivalue' : 'simple';
}

export interface Circumstances {
  /** Whether Route 53 would send somebody to what a record set leads to. */
  readonly isHealthy: (record: ResourceRecordSet) => boolean;
  /** From 0 to just below 1. */
  readonly random: () => number;
  /** Where whoever asks is. */
  readonly region: string;
}

/** Where all are unhealthy they count as healthy: an answer that may not work is better than none. */
export function chooseRecords(
  records: readonly ResourceRecordSet[],
  circumstances: Circumstances,
): readonly ResourceRecordSet[] {
  const [first] = records;
  if (!first) return [];
  const policy = policyOf(first);
  // Between one set and itself there is nothing to choose.
  if (policy === 'simple') return records;
  const healthy = records.filter((record) => circumstances.isHealthy(record));
  const candidates = healthy.length > 0 ? healthy : records;
  switch (policy) {
    case 'weighted':
      return weighted(candidates, circumstances.random);
    case 'latency':
      return nearest(candidates, circumstances.region);
    case 'failover':
      return primaryFirst(candidates);
    case 'geolocation':
      return ofNowhere(records);
    case 'multivalue':
      return shuffled(candidates, circumstances.random).slice(0, multivalueAnswers);
  }
}

const multivalueAnswers = 8;

/** A draw by weight. Those of weight 0 have their turn, each with the same chance, when there are no others. */
function weighted(records: readonly ResourceRecordSet[], random: () => number): ResourceRecordSet[] {
  const total = records.reduce((sum, { Weight = 0 }) => sum + Weight, 0);
  const weightOf = ({ Weight = 0 }: ResourceRecordSet) => (total === 0 ? 1 : Weight);
  let draw = random() * (total === 0 ? records.length : total);
  for (const record of records) {
    draw -= weightOf(record);
    if (draw < 0) return [record];
  }
  return records.slice(-1);
}

/** Nobody measures latencies here: one's own region is the nearest, then those of the same part of the world. */
function nearest(records: readonly ResourceRecordSet[], region: string): ResourceRecordSet[] {
  const part = region.slice(0, region.indexOf('-'));
  const [found] = [
    ...records.filter((record) => record.Region === region),
    ...records.filter((record) => record.Region?.startsWith(`${part}-`)),
    ...records,
  ];
  return found ? [found] : [];
}

function primaryFirst(records: readonly ResourceRecordSet[]): readonly ResourceRecordSet[] {
  const of = (role: string) => records.filter(({ Failover }) => Failover === role);
  const primary = of('PRIMARY');
  return primary.length > 0 ? primary : of('SECONDARY');
}

/** Addresses of this region's internet are on no map: whoever asks gets what is for everywhere else. */
const ofNowhere = (records: readonly ResourceRecordSet[]): ResourceRecordSet[] =>
  records.filter(({ GeoLocation }) => GeoLocation?.CountryCode === '*');

const shuffled = <T>(items: readonly T[], random: () => number): T[] =>
  items
    .map((item) => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
