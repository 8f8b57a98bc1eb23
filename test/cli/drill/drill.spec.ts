import { expect } from 'chai';
import { NotCalmError, runDrill, type DrillOptions } from '../../../cli/drill/drill.ts';
import type { Sample } from '../../../cli/drill/load.ts';

/** A site that is asked once per 100 ms of a clock which the drill's own waits move. */
function site() {
  let now = 0;
  const samples: Sample[] = [];
  const said: string[] = [];
  const fails = { from: Infinity, until: Infinity };
  let ended = 0;
  const options: DrillOptions = {
    fault: {
      sentence: 'instance i-1 goes down',
      begin: async () => {
        fails.from = now;
        fails.until = now + 1000;
      },
      end: async () => {
        ended += 1;
      },
      missing: async () => undefined,
    },
    parts: [
      {
        name: 'prod/web',
        lacks: async () =>
          now >= fails.from && now < fails.from + 3000 ? 'has 1 of 2 instances' : undefined,
      },
    ],
    url: 'http://site.test',
    perSecond: 10,
    clock: {
      now: () => now,
      sleep: async (milliseconds, signal) => {
        signal?.throwIfAborted();
        for (const until = now + milliseconds; now < until; now += 50)
          if (now % 100 === 0)
            samples.push({
              sentAt: now,
              milliseconds: 0,
              ...(now >= fails.from && now < fails.until && { failure: 'status 503' }),
            });
      },
    },
    signal: new AbortController().signal,
    deadlineMilliseconds: 60_000,
    say: (line) => said.push(line),
    load: () => ({ samples, stop: async () => undefined }),
  };
  return { options, said, fails, ended: () => ended };
}

describe('a drill', () => {
  it('tells when everything was whole again, and what failed meanwhile', async () => {
    const { options, said, ended } = site();
    const result = await runDrill(options);
    expect(result).to.include({ failed: 10, secondsUntilWhole: 2.75 });
    expect(result.missing).to.deep.equal([]);
    expect(said).to.deep.equal([
      'instance i-1 goes down (10 requests per second to http://site.test)',
      '   0.0 s  prod/web has 1 of 2 instances',
      '   3.0 s  no longer: prod/web has 1 of 2 instances',
    ]);
    expect(ended()).to.equal(1);
  });

  it('gives up at its deadline with what is missing', async () => {
    const { options, ended } = site();
    const parts = [{ name: 'prod/web', lacks: async () => 'has 0 of 2 instances' }];
    const result = await runDrill({ ...options, parts, deadlineMilliseconds: 5000 });
    expect(result.secondsUntilWhole).to.equal(null);
    expect(result.missing).to.deep.equal(['prod/web has 0 of 2 instances']);
    expect(ended()).to.equal(1);
  });

  it('is not begun on a site that fails already', async () => {
    const { options, fails, ended } = site();
    fails.from = 0;
    const error = await runDrill(options).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(NotCalmError);
    expect((error as Error).message).to.equal('status 503');
    expect(ended()).to.equal(0);
  });

  it('brings a zone back also when it is interrupted', async () => {
    const { options, ended } = site();
    const interrupt = new AbortController();
    const fault = {
      ...options.fault,
      missing: async () => {
        interrupt.abort(new Error('Ctrl-C'));
        return 'not yet';
      },
    };
    const error = await runDrill({ ...options, fault, signal: interrupt.signal }).catch(
      (caught: unknown) => caught,
    );
    expect((error as Error).message).to.equal('Ctrl-C');
    expect(ended()).to.equal(1);
  });
});
