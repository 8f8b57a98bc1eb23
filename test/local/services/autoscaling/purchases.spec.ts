import { expect } from 'chai';
import {
  chooseType,
  excessKind,
  isNextSpot,
  onDemandOf,
} from '../../../../local/services/autoscaling/purchases.ts';
import type { MixedRow } from '../../../../local/services/autoscaling/state.ts';

const mixed: MixedRow = {
  instanceTypes: ['t3.small', 't3.medium', 't3a.small'],
  onDemandStrategy: 'prioritized',
  onDemandBase: 1,
  onDemandPercentage: 50,
  spotStrategy: 'capacity-optimized',
};

describe('purchases of a mixed group', () => {
  it('are the base on demand, and of the rest a share that is rounded up', () => {
    expect([0, 1, 2, 3, 4, 5].map((total) => onDemandOf(mixed, total))).to.deep.equal([0, 1, 2, 2, 3, 3]);
    expect(onDemandOf({ ...mixed, onDemandBase: 0, onDemandPercentage: 0 }, 7)).to.equal(0);
  });

  it('go on demand until that much is there', () => {
    expect(isNextSpot(undefined, { onDemand: 0, spot: 0 })).to.equal(false);
    expect(isNextSpot(mixed, { onDemand: 0, spot: 0 })).to.equal(false);
    expect(isNextSpot(mixed, { onDemand: 2, spot: 0 })).to.equal(true);
    expect(isNextSpot(mixed, { onDemand: 2, spot: 1 })).to.equal(false);
  });

  it('tell which kind there is too much of', () => {
    expect(excessKind(undefined, { onDemand: 3, spot: 0 }, 3)).to.equal(undefined);
    expect(excessKind(mixed, { onDemand: 2, spot: 1 }, 3)).to.equal(undefined);
    expect(excessKind(mixed, { onDemand: 3, spot: 0 }, 3)).to.equal('on-demand');
    expect(excessKind(mixed, { onDemand: 2, spot: 2 }, 3)).to.equal('spot');
  });

  const pools = {
    't3.small': { price: 3, onDemandPrice: 9, score: 4 },
    't3.medium': { price: 5, onDemandPrice: 8, score: 9 },
    't3a.small': { price: 2, onDemandPrice: 7, score: 1 },
  };
  const choices: [strategy: string, isSpot: boolean, type: string][] = [
    ['prioritized', false, 't3.small'],
    ['lowest-price', false, 't3a.small'],
    ['lowest-price', true, 't3a.small'],
    ['capacity-optimized', true, 't3.medium'],
    ['capacity-optimized-prioritized', true, 't3.small'],
    ['price-capacity-optimized', true, 't3.small'],
  ];
  for (const [strategy, isSpot, type] of choices)
    it(`are of type ${type} by ${strategy} ${isSpot ? 'on the spot market' : 'on demand'}`, () => {
      const row = { ...mixed, onDemandStrategy: strategy, spotStrategy: strategy };
      expect(chooseType(row, isSpot, (name) => pools[name as keyof typeof pools])).to.equal(type);
    });
});
