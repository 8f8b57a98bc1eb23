import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  begunAfterwards,
  Journal,
  repeated,
  wasInFlight,
  type Job,
} from '../scenarios/worker-chaos/journal.ts';

const job = (over: Partial<Job>): Job => ({
  messageId: 'm',
  number: 1,
  instance: 'i-1',
  begunAt: 10_000,
  endedAt: 10_040,
  ...over,
});

describe('the journal of the chaos', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'journal-'))));
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** As the application of an instance has written it. */
  function jobsIn(...lines: string[]): Job[] {
    mkdirSync(join(folder, 'fs-1'));
    writeFileSync(join(folder, 'fs-1', 'i-1.1700000000000.journal'), lines.join('\n'));
    return new Journal(folder).jobs;
  }

  it('knows of each delivery where it was, when it began and when it ended', () => {
    expect(jobsIn('begin m 1 10000', 'end m 1 10040', '')).to.deep.equal([job({})]);
  });

  it('knows that a delivery was cut', () => {
    expect(jobsIn('begin m 1 10000', '')).to.deep.equal([job({ endedAt: undefined })]);
  });

  it('takes two deliveries that overlap for two', () => {
    expect(jobsIn('begin m 1 10000', 'begin m 1 10020', 'end m 1 10040', 'end m 1 10060', '')).to.deep.equal([
      job({}),
      job({ begunAt: 10_020, endedAt: 10_060 }),
    ]);
  });

  it('passes over a line that is not whole', () => {
    expect(jobsIn('begin m 1 10000', 'end m 1 1')).to.deep.equal([job({ endedAt: undefined })]);
  });

  it('takes all but the last delivery of a message for repeated', () => {
    const first = job({});
    const second = job({ begunAt: 20_000, endedAt: 20_040 });
    expect(repeated([second, first, job({ messageId: 'other' })])).to.deep.equal([first]);
  });

  const inFlight = {
    'before, during and after': { from: 10_010, until: 10_020 },
    'between its request and its begin': { from: 9_000, until: 9_998 },
    'between its end and its deletion': { from: 10_042, until: 11_000 },
  };
  for (const [when, { from, until }] of Object.entries(inFlight))
    it(`holds a job for in flight when the kill was ${when}`, () => {
      expect(wasInFlight(job({}), { instance: 'i-1', from, until })).to.equal(true);
      expect(wasInFlight(job({}), { instance: undefined, from, until })).to.equal(true);
      expect(wasInFlight(job({}), { instance: 'i-2', from, until })).to.equal(false);
    });

  it('holds a job for in flight from then on when it never ended', () => {
    expect(
      wasInFlight(job({ endedAt: undefined }), { instance: 'i-1', from: 90_000, until: 90_001 }),
    ).to.equal(true);
  });

  for (const [when, from] of Object.entries({ 'long before': 1_000, 'long after': 20_000 }))
    it(`does not hold a job for in flight ${when} it`, () => {
      expect(wasInFlight(job({}), { instance: 'i-1', from, until: from + 10 })).to.equal(false);
    });

  it('finds what began although it was noted as handled', () => {
    const late = job({ begunAt: 30_000 });
    const handled = new Map([['m', { instance: 'i-1', at: 15_000 }]]);
    expect(begunAfterwards([job({}), late, job({ messageId: 'other' })], handled)).to.deep.equal([late]);
  });
});
