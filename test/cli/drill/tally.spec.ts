import { expect } from 'chai';
import type { Sample } from '../../../cli/drill/load.ts';
import { isCalm, tally } from '../../../cli/drill/tally.ts';

const good = (sentAt: number, milliseconds = 10): Sample => ({ sentAt, milliseconds });
const bad = (sentAt: number, failure = 'status 502', milliseconds = 10): Sample => ({
  sentAt,
  milliseconds,
  failure,
});

describe('the tally of a drill', () => {
  it('counts what was under way at the fault or came later', () => {
    const samples = [good(0), good(95), bad(100), good(200, 300), bad(250, 'ECONNRESET'), bad(260)];
    expect(tally(samples, 100)).to.deep.equal({
      requests: 5,
      failed: 3,
      percentFailed: 60,
      firstFailure: 10,
      lastFailure: 170,
      longestAnswer: 300,
      failures: { 'status 502': 2, ECONNRESET: 1 },
    });
  });

  it('says so when nothing failed, and when nothing was asked', () => {
    expect(tally([good(100)], 100)).to.include({ failed: 0, percentFailed: 0, firstFailure: null });
    expect(tally([], 100)).to.include({ requests: 0, percentFailed: 0, longestAnswer: 0 });
  });

  it('calls a site calm that answers, and only while it does', () => {
    expect(isCalm([good(100), good(200)], 300, 250)).to.equal(true);
    expect(isCalm([good(100), bad(200)], 300, 250)).to.equal(false);
    expect(isCalm([bad(10), good(200)], 300, 250)).to.equal(true);
    expect(isCalm([good(10)], 300, 250), 'no answer at all').to.equal(false);
  });
});
