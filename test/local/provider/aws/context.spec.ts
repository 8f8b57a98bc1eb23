import { expect } from 'chai';
import { until } from '../../../../local/provider/aws/context.ts';

/** Time that passes only while someone waits. */
function waiting(timeoutMilliseconds: number, signal = new AbortController().signal) {
  let time = 0;
  const pauses: number[] = [];
  const pause = async (milliseconds: number) => {
    pauses.push(milliseconds);
    time += milliseconds;
  };
  return { options: { signal, timeoutMilliseconds, now: () => time, pause }, pauses };
}

describe('waiting for AWS', () => {
  it('asks quickly at first and every five seconds in the end', async () => {
    const { options, pauses } = waiting(600_000);
    let questions = 0;
    const answer = await until(options, 'x', async () => (++questions === 20 ? 'ready' : undefined));
    expect(answer).to.equal('ready');
    expect(pauses[0]).to.equal(50);
    expect(pauses.at(-1)).to.equal(5000);
  });

  it('gives up with what it waited for', async () => {
    const { options } = waiting(300_000);
    const error = await until(options, 'NAT gateway nat-1 is still pending', async () => undefined).catch(
      (caught: unknown) => caught,
    );
    expect(error).to.have.property('message', 'Gave up after 5 minutes: NAT gateway nat-1 is still pending.');
  });

  it('ends when it is cancelled', async () => {
    const { options } = waiting(300_000, AbortSignal.abort());
    const error = await until(options, 'x', async () => undefined).catch((caught: unknown) => caught);
    expect(error).to.have.property('message', 'Cancelled while waiting: x.');
  });
});
