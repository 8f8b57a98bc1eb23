import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../cli/clock.ts';
import { readDecisions } from '../../../cli/deploy/decisions.ts';
import { startDetached } from '../../../cli/deploy/detached.ts';
import { InterruptedError, type UserError } from '../../../cli/errors.ts';
import { keys } from '../../../model/names.ts';
import { account } from '../support/account.ts';
import { errorOf, shop } from '../support/commands.ts';
import { environment, lockOfBob, name } from '../support/fixtures.ts';

/** In the place of the command: tells these decisions, then stays until it is killed, or ends with a code. */
const program = `
import { appendFileSync } from 'node:fs';
const [decisions, end] = process.argv.slice(2);
for (const decision of JSON.parse(decisions)) appendFileSync(process.env.BEANPOLE_DECISIONS, JSON.stringify(decision) + '\\n');
if (end === 'stays') setInterval(() => undefined, 1000);
else { console.error('the last words'); process.exit(Number(end)); }
`;
const locked = {
  environment: 'dev/worker',
  refusal: { message: 'dev/worker is locked by bob.', now: ['Nothing was changed.'], exitCode: 5 },
};

describe('a detached deployment', () => {
  const { argv } = process;
  const folder = mkdtempSync(join(tmpdir(), 'beanpole-detached-'));
  const script = join(folder, 'program.mjs');
  let pid: number | undefined;

  before(() => {
    writeFileSync(script, program);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  afterEach(() => {
    process.argv = argv;
    if (pid !== undefined) process.kill(pid);
    pid = undefined;
  });

  /** Starts it for dev/web and dev/worker; what is printed, and the error. */
  async function start(decisions: readonly object[], end: 'stays' | number, signal?: AbortSignal) {
    const self = account();
    process.argv = ['node', script, JSON.stringify(decisions), String(end)];
    const context = { ...self.context, clock: systemClock, ...(signal && { signal }) };
    const work = ['web', 'worker'].map((each) => ({
      environment: environment({ environment: each }),
      what: 'v2 is being deployed',
      show: `beanpole deployments show dev/${each}`,
    }));
    const error = await startDetached(context, work).then(
      () => undefined,
      (reason: unknown) => reason as UserError,
    );
    const printed = [...self.output.notes, ...(error?.now ?? [])].join('\n');
    if (end === 'stays') pid = Number(/process (\d+)/.exec(printed)?.[1]);
    return { error, printed };
  }

  it('returns when all have begun', async () => {
    const { error, printed } = await start(
      [{ environment: 'dev/web' }, { environment: 'dev/worker' }],
      'stays',
    );
    expect(error).to.equal(undefined);
    expect(printed)
      .to.match(/dev\/web: v2 is being deployed by process \d+; its log is \S+\/deploy.log/)
      .and.include('dev/worker: v2')
      .and.include('Next: beanpole deployments show dev/web');
  });

  it('does not wait for the one that has begun to tell that the other was refused', async () => {
    const { error, printed } = await start([locked, { environment: 'dev/web' }], 'stays');
    expect(error).to.include({ exitCode: 5, message: 'dev/worker is locked by bob.' });
    expect(printed).to.include('dev/web: v2 is being deployed').and.not.include('dev/worker: v2');
  });

  it('tells why when it is refused altogether', async () => {
    const { error, printed } = await start([locked, { ...locked, environment: 'dev/web' }], 5);
    expect(error?.exitCode).to.equal(5);
    expect(printed).not.to.include('being deployed');
  });

  it('tells its last words when it ends before anything is decided', async () => {
    const { error } = await start([], 3);
    expect(error?.message).to.equal('the last words');
    expect(error?.exitCode).to.equal(3);
    expect(error?.now.join()).to.match(/^It ended at once; its log is /);
  });

  it('is named, with its way back, when the waiting is interrupted', async () => {
    const interrupted = AbortSignal.abort(new InterruptedError());
    const { error } = await start([], 'stays', interrupted);
    expect(error?.exitCode).to.equal(130);
    expect(error?.now.join()).to.match(/^dev\/web, dev\/worker: goes on by process \d+; its log is \S+\.$/);
    expect(error?.next).to.equal('beanpole abort dev/web   (takes it back; likewise dev/worker)');
  });

  it('tells what has begun and what was refused, in the words of the error', async () => {
    const self = shop();
    self.add(environment({ environment: 'api' }), 'i-1');
    self.bucket.put(keys.lock({ ...name, environment: 'api' }), lockOfBob('2026-05-01T12:05:00.000Z'));
    const file = join(folder, 'decisions');
    Object.assign(self.context.environment, { BEANPOLE_DECISIONS: file });
    await errorOf(self, 'deploy dev');
    const decisions = readDecisions(file);
    expect(decisions.map((each) => each.environment).sort()).to.deep.equal(['dev/api', 'dev/web']);
    const refusals = decisions.flatMap(({ refusal }) => refusal ?? []);
    expect(refusals).to.have.length(1);
    expect(refusals[0]).to.include({ exitCode: 5 });
    expect(refusals[0]?.message).to.include('dev/api is locked by bob@desk, process 7');
    expect(refusals[0]?.next).to.match(/^beanpole status dev\/api/);
  });
});
