import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { expect } from 'chai';
import { afterLook, isHealthy, type Opinion } from '../../../../local/services/route53/health.ts';
import { chooseRecords } from '../../../../local/services/route53/routing.ts';

describe('Route 53 routing policies', () => {
  const set = (SetIdentifier: string, more: Partial<ResourceRecordSet>): ResourceRecordSet => ({
    Name: 'www.shop.example.',
    Type: 'A',
    SetIdentifier,
    ...more,
  });
  /** Identifiers of the sets that are answered. */
  const chosen = (records: ResourceRecordSet[], sick: string[] = [], random = () => 0) =>
    chooseRecords(records, {
      random,
      region: 'eu-central-1',
      isHealthy: ({ SetIdentifier = '' }) => !sick.includes(SetIdentifier),
    }).map(({ SetIdentifier }) => SetIdentifier);

  /** How often each set is answered when the dice fall evenly. */
  function shares(records: ResourceRecordSet[], sick: string[] = []): Record<string, number> {
    const counts: Record<string, number> = {};
    for (let draw = 0; draw < 100; draw++)
      for (const id of chosen(records, sick, () => draw / 100))
        counts[id ?? ''] = (counts[id ?? ''] ?? 0) + 1;
    return counts;
  }

  describe('weighted', () => {
    const weighted = (weights: Record<string, number>) =>
      Object.entries(weights).map(([id, Weight]) => set(id, { Weight }));

    it('answers in proportion to the weights', () => {
      expect(shares(weighted({ a: 90, b: 10 }))).to.deep.equal({ a: 90, b: 10 });
      expect(shares(weighted({ a: 1, b: 0 }))).to.deep.equal({ a: 100 });
      expect(shares(weighted({ a: 0, b: 0 }))).to.deep.equal({ a: 50, b: 50 });
    });

    it('leaves out what is unhealthy, takes weight 0 when nothing else is healthy, and all when nothing is', () => {
      const records = weighted({ a: 60, b: 40, spare: 0 });
      expect(shares(records, ['a'])).to.deep.equal({ b: 100 });
      expect(shares(records, ['a', 'b'])).to.deep.equal({ spare: 100 });
      expect(shares(records, ['a', 'b', 'spare'])).to.deep.equal({ a: 60, b: 40 });
    });
  });

  it('failover: the primary, while it is healthy or the secondary is not', () => {
    const records = [set('first', { Failover: 'PRIMARY' }), set('second', { Failover: 'SECONDARY' })];
    expect(chosen(records)).to.deep.equal(['first']);
    expect(chosen(records, ['first'])).to.deep.equal(['second']);
    expect(chosen(records, ['second'])).to.deep.equal(['first']);
    expect(chosen(records, ['first', 'second'])).to.deep.equal(['first']);
  });

  it('multivalue answer: up to eight healthy ones, or up to eight when none is', () => {
    const ids = Array.from({ length: 10 }, (_, index) => `r${index}`);
    const records = ids.map((id) => set(id, { MultiValueAnswer: true }));
    expect(chosen(records, ids.slice(0, 7))).to.have.members(['r7', 'r8', 'r9']);
    expect(chosen(records)).to.have.length(8);
    expect(chosen(records, ids)).to.have.length(8);
  });

  it('latency: the own region, then the same part of the world', () => {
    const records = [
      set('us', { Region: 'us-east-1' }),
      set('near', { Region: 'eu-west-1' }),
      set('own', { Region: 'eu-central-1' }),
    ];
    expect(chosen(records)).to.deep.equal(['own']);
    expect(chosen(records, ['own'])).to.deep.equal(['near']);
    expect(chosen(records, ['own', 'near'])).to.deep.equal(['us']);
  });

  it('geolocation: what is for everywhere else, as nobody here is on a map', () => {
    const german = set('de', { GeoLocation: { CountryCode: 'DE' } });
    expect(chosen([german, set('else', { GeoLocation: { CountryCode: '*' } })])).to.deep.equal(['else']);
    expect(chosen([german])).to.deep.equal([]);
  });
});

describe('Route 53 health', () => {
  const opinion = (healthy: boolean): Opinion => ({ healthy, contrary: 0, last: { status: '', at: 0 } });
  const good = { healthy: true, status: 'Success' };
  const bad = { healthy: false, status: 'Failure' };
  const after = (threshold: number, ...findings: { healthy: boolean; status: string }[]) =>
    findings.reduce<Opinion | undefined>(
      (before, finding, index) => afterLook(before, finding, threshold, index),
      undefined,
    );

  it('turns when the threshold of results in a row contradicts it, both ways', () => {
    expect(after(3, bad, bad)?.healthy).to.equal(true);
    expect(after(3, bad, bad, good, bad, bad)?.healthy).to.equal(true);
    expect(after(3, bad, bad, bad)?.healthy).to.equal(false);
    expect(after(3, bad, bad, bad, good, good)?.healthy).to.equal(false);
    const whole = after(3, bad, bad, bad, good, good, good);
    expect(whole).to.deep.include({ healthy: true, last: { status: 'Success', at: 5 } });
    expect(whole?.lastFailure).to.deep.equal({ status: 'Failure', at: 2 });
  });

  const states: Record<string, boolean[]> = { one: [true], two: [false], new: [] };
  const configs: Record<string, object> = {
    one: { Type: 'HTTP' },
    two: { Type: 'HTTP' },
    new: { Type: 'HTTP' },
    crowd: { Type: 'HTTP' },
    inverted: { Type: 'HTTP', Inverted: true },
    disabled: { Type: 'HTTP', Disabled: true },
    both: { Type: 'CALCULATED', ChildHealthChecks: ['one', 'two'], HealthThreshold: 2 },
    either: { Type: 'CALCULATED', ChildHealthChecks: ['one', 'two'], HealthThreshold: 1 },
    many: { Type: 'CALCULATED', ChildHealthChecks: ['one'], HealthThreshold: 2 },
    circle: { Type: 'CALCULATED', ChildHealthChecks: ['circle', 'two'], HealthThreshold: 2 },
  };
  const healthy = (id: string, opinions = states) =>
    isHealthy(id, {
      configOf: (known) => configs[known] as never,
      opinionsOf: (known) => (opinions[known] ?? []).map(opinion),
    });

  it('is what more than 18 % of the checkers say', () => {
    const eight = (count: number) => Array.from({ length: 8 }, (_, index) => index < count);
    expect(healthy('crowd', { crowd: eight(2) })).to.equal(true);
    expect(healthy('crowd', { crowd: eight(1) })).to.equal(false);
  });

  it('is good for a new, a disabled and a deleted health check, and the opposite for an inverted one', () => {
    expect(['new', 'disabled', 'deleted', 'inverted'].map((id) => healthy(id))).to.deep.equal([
      ...[true, true, true],
      false,
    ]);
    expect(healthy('inverted', { inverted: [false] })).to.equal(true);
    expect(healthy('disabled', { disabled: [false] })).to.equal(true);
  });

  it('of a calculated one is how many children are healthy', () => {
    expect(['both', 'either', 'many', 'circle'].map((id) => healthy(id))).to.deep.equal([
      ...[false, true, false],
      false,
    ]);
  });
});
