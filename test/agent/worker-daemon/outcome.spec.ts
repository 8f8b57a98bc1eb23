import { expect } from 'chai';
import fc from 'fast-check';
import { backOffSeconds, outcomeOf, retryAfterSeconds } from '../../../agent/worker-daemon/outcome.ts';

const settings = { errorVisibilityTimeoutSeconds: 2, maxRetries: 5 };
const now = Date.parse('2026-01-01T00:00:00Z');
const after = (answer: Parameters<typeof outcomeOf>[0]['answer'], receives = 1) =>
  outcomeOf({ answer, receives, now, random: 0 }, settings);

describe('the outcome of a message', () => {
  for (const status of [200, 201, 204, 299])
    it(`is done after ${status}`, () => expect(after({ status })).to.deep.equal({ kind: 'Done' }));

  it('is another try after any other answer, later each time', () => {
    expect(after({ status: 302 })).to.include({ kind: 'GiveBack', afterSeconds: 2 });
    expect(after({ status: 500 }, 3)).to.include({ kind: 'GiveBack', afterSeconds: 8 });
    expect(after({ problem: 'connect ECONNREFUSED' })).to.deep.equal({
      kind: 'GiveBack',
      afterSeconds: 2,
      reason: 'the application did not take it: connect ECONNREFUSED',
    });
  });

  it('is the dead-letter queue after the last delivery, with the reason', () => {
    expect(after({ status: 500 }, 5)).to.deep.equal({
      kind: 'Bury',
      reason: 'the application answered 500',
    });
  });

  it('follows Retry-After of 429 and 503, in seconds or as a date, and of no other status', () => {
    expect(after({ status: 503, retryAfter: '120' })).to.include({ afterSeconds: 120 });
    expect(retryAfterSeconds({ status: 429, retryAfter: 'Thu, 01 Jan 2026 00:01:00 GMT' }, now)).to.equal(60);
    expect(retryAfterSeconds({ status: 429, retryAfter: '999999' }, now)).to.equal(43_199);
    expect(retryAfterSeconds({ status: 429, retryAfter: 'soon' }, now)).to.equal(undefined);
    expect(retryAfterSeconds({ status: 500, retryAfter: '120' }, now)).to.equal(undefined);
  });

  it('never comes back earlier than half the full pause, nor later than a quarter of an hour or the first pause', () => {
    const input = [
      fc.integer({ min: 0, max: 43_200 }),
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ] as const;
    fc.assert(
      fc.property(...input, (first, receives, random) => {
        const full = Math.min(Math.max(first, 900), first * 2 ** (receives - 1));
        const seconds = backOffSeconds(first, receives, random);
        expect(seconds).to.be.within(Math.floor(full / 2), Math.ceil(full));
      }),
    );
  });
});
