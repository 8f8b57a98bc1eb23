import { expect } from 'chai';
import type { SendErrand } from '../../../agent/errands/contract.ts';
import { departWhenTold } from '../../../agent/worker-daemon/departure.ts';
import { testClock } from '../support/test-clock.ts';

describe('the departure of a worker', () => {
  it('waits for the order, lets jobs finish, and tells Auto Scaling only then', async () => {
    const happened: string[] = [];
    const states = ['InService', undefined, 'Terminated'];
    const answers = [
      { state: 'Terminating', completed: false },
      { state: 'Terminating:Wait', completed: true },
    ];
    const errand = ((name: string, input: { hook: string }) => {
      happened.push(`${name} ${input.hook}`);
      return Promise.resolve(answers.shift());
    }) as unknown as SendErrand;
    await departWhenTold({
      clock: testClock(),
      signal: new AbortController().signal,
      instanceId: 'i-1',
      graceMilliseconds: 59_000,
      targetState: () => {
        happened.push('asked');
        return Promise.resolve(states.shift());
      },
      errand,
      daemon: {
        stop: (grace) => {
          happened.push(`stopped ${grace}`);
          return Promise.resolve();
        },
      },
      say: () => undefined,
    });
    expect(happened).to.deep.equal([
      ...['asked', 'asked', 'asked', 'stopped 59000'],
      ...['lifecycle beanpole-terminate', 'lifecycle beanpole-terminate'],
    ]);
  });
});
