import { expect } from 'chai';
import { passGate, type Gate } from '../../../agent/deploy/gate.ts';
import type { ProbeAnswer } from '../../../agent/health/probe.ts';
import { testClock } from '../support/test-clock.ts';

const never = new Promise<string>(() => undefined);

function gate(answers: ProbeAnswer[], more: Partial<Gate> = {}) {
  const clock = testClock();
  let asked = 0;
  const probe = async (): Promise<ProbeAnswer> => answers[Math.min(asked++, answers.length - 1)] ?? {};
  const passed = passGate({
    clock,
    probe,
    ended: never,
    healthCheckPath: '/health',
    port: 5101,
    startTimeoutMilliseconds: 10_000,
    signal: new AbortController().signal,
    ...more,
  });
  return { passed, asked: () => asked };
}

describe('the health gate', () => {
  it('opens after two good checks in a row', async () => {
    const { passed, asked } = gate([
      { problem: 'ECONNREFUSED' },
      { status: 200 },
      { status: 500 },
      { status: 200 },
      { status: 200 },
    ]);
    expect(await passed).to.equal(undefined);
    expect(asked()).to.equal(5);
  });

  it('says what was answered when the time is over', async () => {
    expect(await gate([{ status: 404 }]).passed).to.equal(
      'the health check /health did not pass within 10 s: it answered 404',
    );
  });

  it('says that the process must listen on PORT when nobody answers', async () => {
    expect(await gate([{ problem: 'ECONNREFUSED' }]).passed).to.include(
      'must listen on the port in PORT, here 5101',
    );
  });

  it('closes as soon as the process ends, without waiting', async () => {
    const hanging = () => new Promise<ProbeAnswer>(() => undefined);
    const { passed } = gate([], { probe: hanging, ended: Promise.resolve('web exited with code 3') });
    expect(await passed).to.equal('web exited with code 3');
  });

  it('closes when a newer deployment came', async () => {
    const { passed } = gate([{ status: 500 }], { signal: AbortSignal.abort(new Error('deployment 8 came')) });
    expect(await passed).to.equal('deployment 8 came');
  });
});
