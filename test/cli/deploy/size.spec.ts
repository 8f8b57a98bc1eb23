import { expect } from 'chai';
import { sizeFor } from '../../../cli/deploy/size.ts';
import { balanced, environment } from '../support/fixtures.ts';

const web = balanced({ minSize: 2, maxSize: 6 });
const now = { minSize: 2, maxSize: 6, desiredCapacity: 3 };
const size = (wanted: { instances?: string; min?: string; max?: string }, descriptor = web) =>
  sizeFor(descriptor, now, { instances: undefined, min: undefined, max: undefined, ...wanted });

describe('the size of an environment', () => {
  it('keeps the bounds of the stack file unless others are given', () => {
    expect(size({})).to.deep.equal(now);
    expect(size({ instances: '5' })).to.deep.equal({ ...now, desiredCapacity: 5 });
  });

  it('takes the instances along when the bounds move', () => {
    expect(size({ min: '4' })).to.deep.equal({ minSize: 4, maxSize: 6, desiredCapacity: 4 });
    expect(size({ max: '2' })).to.deep.equal({ minSize: 2, maxSize: 2, desiredCapacity: 2 });
  });

  for (const [wanted, message] of [
    [{ instances: '9' }, '--instances 9: a number from 2 to 6, the limits of the stack file'],
    [{ min: '1' }, '--min 1: a number from 2 to 6'],
    [{ instances: 'x' }, '--instances x: a number'],
    [{ min: '5', max: '3' }, '--min 5 is above --max 3'],
    [{ instances: '6', max: '4' }, '--instances 6: from 2 to 4'],
  ] as const)
    it(`refuses ${JSON.stringify(wanted)}`, () => {
      expect(() => size(wanted)).to.throw(message);
    });

  it('is one instance where there is no load balancer to divide the work', () => {
    expect(() => size({ instances: '2' }, environment())).to.throw('always has one instance');
  });
});
