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
      interruption: () => new Promise(() => undefined),
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

  it('cuts jobs short when EC2 takes the instance back before their grace is over', async () => {
    const stops: number[] = [];
    const jobs = Promise.withResolvers<undefined>();
    const said: string[] = [];
    const clock = testClock();
    const errand = (() =>
      Promise.resolve({ state: 'Terminating:Wait', completed: true })) as unknown as SendErrand;
    await departWhenTold({
      clock,
      signal: new AbortController().signal,
      instanceId: 'i-1',
      graceMilliseconds: 299_000,
      targetState: () => Promise.resolve('Terminated'),
      // The notice comes while jobs are being finished.
      interruption: () => Promise.resolve(clock.now() + 120_000),
      errand,
      daemon: {
        stop: async (grace) => {
          stops.push(grace);
          if (grace < 299_000) jobs.resolve(undefined);
          await jobs.promise;
        },
      },
      say: (line) => said.push(line),
    });
    expect(stops).to.deep.equal([299_000, 105_000]);
    expect(said.join('\n')).to.contain('not done in 105 s are given back');
  });
});
