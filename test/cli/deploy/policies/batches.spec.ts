import { expect } from 'chai';
import fc from 'fast-check';
import { batchesOf, batchSizeOf } from '../../../../cli/deploy/policies/batches.ts';
import type { FleetInstance } from '../../../../cli/deploy/fleet.ts';

const fleets = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 60 }).map((zones) =>
  zones.map((zone, index): FleetInstance => ({
    id: `i-${index}`,
    zone,
    state: 'InService',
    launchTemplateVersion: '1',
  })),
);
const sizes = fc.record({
  batchSizeType: fc.constantFrom('Percentage' as const, 'Fixed' as const),
  batchSize: fc.integer({ min: 1, max: 100 }),
});

describe('batches', () => {
  it('hold every instance exactly once', () => {
    fc.assert(
      fc.property(fleets, sizes, (fleet, options) => {
        const batches = batchesOf(fleet, batchSizeOf(options, fleet.length));
        expect(batches.flat().sort()).to.deep.equal(fleet.map(({ id }) => id).sort());
      }),
    );
  });

  it('are as large as was asked for, only the last may be smaller, and none is empty', () => {
    fc.assert(
      fc.property(fleets, sizes, (fleet, options) => {
        const size = batchSizeOf(options, fleet.length);
        const lengths = batchesOf(fleet, size).map(({ length }) => length);
        expect(lengths.slice(0, -1).every((length) => length === size)).to.equal(true);
        expect(lengths.at(-1)).to.be.within(1, size);
        const wanted =
          options.batchSizeType === 'Fixed' ? options.batchSize : (fleet.length * options.batchSize) / 100;
        expect(size).to.be.at.most(Math.max(1, wanted));
      }),
    );
  });

  it('do not take one zone after the other', () => {
    fc.assert(
      fc.property(fleets, sizes, (fleet, options) => {
        const zones = new Map(fleet.map(({ id, zone }) => [id, zone]));
        const batches = batchesOf(fleet, batchSizeOf(options, fleet.length));
        const [first = []] = batches;
        const all = new Set(zones.values()).size;
        expect(new Set(first.map((id) => zones.get(id))).size).to.equal(Math.min(all, first.length));
      }),
    );
  });

  it('are one instance at least', () => {
    expect(batchSizeOf({ batchSizeType: 'Percentage', batchSize: 30 }, 2)).to.equal(1);
    expect(batchSizeOf({ batchSizeType: 'Percentage', batchSize: 30 }, 10)).to.equal(3);
    expect(batchSizeOf({ batchSizeType: 'Fixed', batchSize: 9 }, 4)).to.equal(4);
  });
});
