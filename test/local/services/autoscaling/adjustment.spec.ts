import { expect } from 'chai';
import {
  adjusted,
  afterStep,
  proportional,
  stepFor,
  type AdjustmentType,
} from '../../../../local/services/autoscaling/adjustment.ts';
import { nextRun } from '../../../../local/services/autoscaling/scheduler.ts';

describe('an adjustment', () => {
  const cases: readonly [number, AdjustmentType, number, number | undefined, number][] = [
    [4, 'ChangeInCapacity', 2, undefined, 6],
    [4, 'ChangeInCapacity', -1, undefined, 3],
    [4, 'ExactCapacity', 7, undefined, 7],
    [10, 'PercentChangeInCapacity', 25, undefined, 12],
    [3, 'PercentChangeInCapacity', 10, undefined, 4],
    [3, 'PercentChangeInCapacity', -10, undefined, 2],
    [10, 'PercentChangeInCapacity', -25, undefined, 8],
    [10, 'PercentChangeInCapacity', 10, 3, 13],
    [10, 'PercentChangeInCapacity', -10, 3, 7],
  ];
  for (const [from, type, adjustment, least, to] of cases)
    it(`of ${from} by ${type} ${adjustment}, at least ${least ?? 'any'}, makes ${to}`, () => {
      expect(adjusted(from, type, adjustment, least)).to.equal(to);
    });
});

describe('steps', () => {
  const above = [
    { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
    { MetricIntervalLowerBound: 10, ScalingAdjustment: 3 },
  ];
  const below = [
    { MetricIntervalLowerBound: -10, MetricIntervalUpperBound: 0, ScalingAdjustment: -1 },
    { MetricIntervalUpperBound: -10, ScalingAdjustment: -2 },
  ];

  it('hold their bound that is nearer to the threshold', () => {
    const found = [0, 9.9, 10, 50].map((breach) => stepFor(above, breach)?.ScalingAdjustment);
    expect(found).to.deep.equal([1, 1, 3, 3]);
    expect([-0.1, -9.9, -10, -50].map((breach) => stepFor(below, breach)?.ScalingAdjustment)).to.deep.equal([
      -1, -1, -2, -2,
    ]);
    expect(stepFor(above, -1)).to.equal(undefined);
  });

  it('do not add again what is on its way, only what a higher step adds', () => {
    const capacity = { desired: 11, warming: 1, min: 1, max: 20 };
    expect(afterStep(capacity, 'ChangeInCapacity', 1, undefined)).to.equal(11);
    expect(afterStep(capacity, 'PercentChangeInCapacity', 30, undefined)).to.equal(13);
  });

  it('take nothing away while instances warm up, and stay in the bounds', () => {
    expect(afterStep({ desired: 5, warming: 1, min: 1, max: 9 }, 'ChangeInCapacity', -2, undefined)).to.equal(
      5,
    );
    expect(afterStep({ desired: 5, warming: 0, min: 4, max: 9 }, 'ChangeInCapacity', -2, undefined)).to.equal(
      4,
    );
    expect(afterStep({ desired: 5, warming: 0, min: 0, max: 6 }, 'ChangeInCapacity', 9, undefined)).to.equal(
      6,
    );
  });

  it('leave a group alone that is held at 0/0', () => {
    expect(afterStep({ desired: 0, warming: 0, min: 0, max: 0 }, 'ChangeInCapacity', 3, undefined)).to.equal(
      0,
    );
  });
});

it('capacity in proportion to a metric is rounded up', () => {
  const capacity = { desired: 4, warming: 1, min: 0, max: 20 };
  expect(proportional(capacity, 90, 50)).to.equal(6);
  expect(proportional(capacity, 10, 50)).to.equal(1);
});

describe('the next run of a scheduled action', () => {
  const row = { arn: '', name: 'evening', groupName: 'web' };
  const time = (text: string): number => Date.parse(text);
  const next = (more: object, now: string): string | undefined => {
    const at = nextRun({ ...row, ...more }, time(now));
    return at === undefined ? undefined : new Date(at).toISOString();
  };

  it('is its start, once', () => {
    const once = { startsAt: time('2026-03-01T10:00:00Z') };
    expect(next(once, '2026-02-01T00:00:00Z')).to.equal('2026-03-01T10:00:00.000Z');
    expect(next(once, '2026-03-01T10:00:01Z')).to.equal(undefined);
  });

  it('follows a time zone through daylight saving', () => {
    const daily = { recurrence: '0 18 * * *', timeZone: 'Europe/Berlin' };
    expect(next(daily, '2026-03-28T12:00:00Z')).to.equal('2026-03-28T17:00:00.000Z');
    expect(next(daily, '2026-03-29T12:00:00Z')).to.equal('2026-03-29T16:00:00.000Z');
  });

  it('is in UTC without a time zone, not before the start and not after the end', () => {
    const bounded = {
      recurrence: '0 18 * * *',
      startsAt: time('2026-05-05T00:00:00Z'),
      endsAt: time('2026-05-06T00:00:00Z'),
    };
    expect(next(bounded, '2026-01-01T00:00:00Z')).to.equal('2026-05-05T18:00:00.000Z');
    expect(next(bounded, '2026-05-05T18:00:00Z')).to.equal(undefined);
  });
});
