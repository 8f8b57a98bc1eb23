import { expect } from 'chai';
import type { SendErrand } from '../../agent/errands/contract.ts';
import { leaveWhenInterrupted, momentIn, watchInterruption } from '../../agent/interruption.ts';
import { testClock } from './support/test-clock.ts';

const time = '2026-01-01T00:02:00Z';
const notice = JSON.stringify({ action: 'terminate', time });
const answering = (...answers: (string | undefined | Error)[]) => {
  const left = [...answers];
  return () => {
    const next = left.length > 1 ? left.shift() : left[0];
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
};
const untold = () => new AbortController().signal;

describe('the interruption of a spot instance', () => {
  it('is known from the notice on', async () => {
    const clock = testClock();
    const interruption = watchInterruption(clock, {
      lifeCycle: answering(new Error('busy'), 'spot'),
      action: answering(undefined, new Error('busy'), undefined, notice),
    });
    expect(await interruption(untold())).to.equal(Date.parse(time));
    expect(clock.now() - Date.parse('2026-01-01T00:00:00Z')).to.equal(4 * 5000);
  });

  it('never comes to one on demand', async () => {
    const stopping = new AbortController();
    let looks = 0;
    const interruption = watchInterruption(testClock(), {
      lifeCycle: answering('on-demand'),
      action: () => {
        looks += 1;
        return Promise.resolve(notice);
      },
    });
    const outcome = interruption(stopping.signal).catch((error: unknown) => String(error));
    stopping.abort(new Error('The agent stops.'));
    expect(await outcome).to.equal('Error: The agent stops.');
    expect(looks).to.equal(0);
  });

  it('is read from what the metadata says, whatever that is', () => {
    expect(momentIn(notice)).to.equal(Date.parse(time));
    for (const text of [undefined, '', 'null', '{}', '{"time":"soon"}', '<html>'])
      expect(momentIn(text)).to.equal(undefined);
  });

  it('has the group take the instance out, until that is heard', async () => {
    const said: string[] = [];
    const sent: string[] = [];
    const failures = [new Error('throttled')];
    const errand = ((name: string, input: { instanceId: string }) => {
      sent.push(`${name} ${input.instanceId}`);
      const failure = failures.shift();
      return failure ? Promise.reject(failure) : Promise.resolve({ state: 'InService' });
    }) as unknown as SendErrand;
    await leaveWhenInterrupted({
      clock: testClock(),
      signal: untold(),
      instanceId: 'i-1',
      interruption: () => Promise.resolve(Date.parse(time)),
      errand,
      say: (line) => said.push(line),
    });
    expect(sent).to.deep.equal(['leave i-1', 'leave i-1']);
    expect(said[0]).to.contain('takes this spot instance back in 120 s');
    expect(said[1]).to.contain('throttled');
  });
});
