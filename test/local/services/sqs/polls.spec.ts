import { expect } from 'chai';
import { ManualClock } from '../../../../local/clock.ts';
import { QueueEngine } from '../../../../local/services/sqs/engine.ts';
import { Polls } from '../../../../local/services/sqs/polls.ts';
import { openStore } from '../../../../local/store.ts';
import { failure } from '../../../support/failure.ts';

describe('long polls of a queue', () => {
  it('are refused one by one: what one attempt throws reaches neither the others nor who woke them', async () => {
    const clock = new ManualClock();
    const store = openStore();
    const engine = new QueueEngine(store.collection('message'), store.collection('delivery'), false);
    const polls = new Polls(clock, engine);
    const { signal } = new AbortController();
    let attempts = 0;
    const refused = polls.wait(
      () => {
        attempts++;
        throw new Error('too many in flight');
      },
      20_000,
      signal,
    );
    const served = polls.wait(() => ['message'], 20_000, signal);
    polls.wake();
    expect((await failure(refused)).message).to.equal('too many in flight');
    expect(await served).to.deep.equal(['message']);
    polls.wake();
    expect(attempts, 'a refused poll is over').to.equal(1);
    store.close();
  });
});
