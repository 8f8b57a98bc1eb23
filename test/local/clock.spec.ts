import { expect } from 'chai';
import { every, ManualClock, type Clock } from '../../local/clock.ts';

describe('what is done at equal steps', () => {
  it('is done at whole multiples of the step, until it is ended', () => {
    const clock = new ManualClock(7_000);
    const seen: number[] = [];
    const end = every(clock, 10_000, (at) => void seen.push(at));
    clock.advance(30_000);
    expect(seen).to.deep.equal([20_000, 30_000]);
    end();
    clock.advance(30_000);
    expect(seen).to.have.length(2);
  });

  it('happens once a step although timers fire a moment early', () => {
    const clock = new ManualClock(0);
    const early: Clock = {
      now: () => clock.now(),
      after: (milliseconds, callback) => clock.after(milliseconds - 1, callback),
    };
    const seen: number[] = [];
    every(early, 10_000, (at) => void seen.push(at));
    clock.advance(35_000);
    expect(seen).to.deep.equal([10_000, 20_000, 30_000]);
  });
});
