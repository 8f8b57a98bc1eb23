import { expect } from 'chai';
import { advance } from '../../agent/cron/advance.ts';
import { keys } from '../../model/names.ts';
import type { CronRun, CronSchedule, CronTask } from '../../model/schemas.ts';
import type { Account } from './support/account.ts';
import { errorOf, run, shop } from './support/commands.ts';
import { environment } from './support/fixtures.ts';

const worker = environment({
  environment: 'worker',
  tier: 'Worker',
  queueUrl: 'https://sqs.example/1/jobs',
  deadLetterQueueUrl: 'https://sqs.example/1/dead',
});
const key = keys.schedule(worker);
const cleanUp: CronTask = {
  name: 'clean-up',
  url: '/tasks/clean-up',
  schedule: '30 3 * * *',
  timezone: 'Europe/Berlin',
  catchUp: 'latest',
  overlap: false,
};
const ended: CronRun = {
  task: 'clean-up',
  dueAt: '2026-05-01T01:30:00.000Z',
  trigger: 'Schedule',
  by: 'i-1',
  state: 'Failed',
  endedAt: '2026-05-01T01:31:00.000Z',
  reason: 'the application answered 500',
};
const schedule: CronSchedule = {
  holder: 'i-1',
  expiresAt: '2026-05-01T12:00:10.000Z',
  considered: {},
  tasks: [cleanUp],
  runs: [ended],
};

/** It is noon of 1 May 2026, in UTC. */
describe('beanpole cron', () => {
  let self: Account;
  const stored = () => self.bucket.json(key) as CronSchedule;
  const said = () => self.output.data.join('\n');

  beforeEach(() => {
    self = shop();
    self.add(worker);
    self.bucket.put(key, schedule);
  });

  it('says where tasks come from when there are none yet', async () => {
    self.bucket.objects.delete(key);
    const error = await errorOf(self, 'cron list dev/worker');
    expect(error.message).to.equal('dev/worker has no periodic tasks.');
    expect(error.now.join()).to.include('cron.yaml');
  });

  it('lists each task with its next due time, in its own time zone, and its last run', async () => {
    await run(self, 'cron list dev/worker');
    expect(said()).to.include('Europe/Berlin').and.include('2026-05-02T01:30:00.000Z');
    expect(said()).to.include('Failed 2026-05-01T01:31:00.000Z');
    await run(self, 'cron list dev/worker --json');
    expect(self.output.json).to.deep.equal([
      [{ ...cleanUp, nextAt: '2026-05-02T01:30:00.000Z', lastRun: ended }],
    ]);
  });

  it('shows what became of runs, with the reason', async () => {
    await run(self, 'cron history dev/worker --task clean-up');
    expect(said()).to.match(/clean-up +2026-05-01T01:30:00.000Z +Schedule +i-1 +Failed/);
    expect(said()).to.include('the application answered 500');
    await run(self, 'cron history dev/worker --json');
    expect(self.output.json).to.deep.equal([[ended]]);
  });

  it('asks for a run now, in the name of who typed it, which the scheduler then sends', async () => {
    await run(self, 'cron run dev/worker --task clean-up');
    const requested = { task: 'clean-up', trigger: 'Manual', state: 'Requested', by: 'ann@laptop' };
    expect(stored().runs.at(-1)).to.deep.include(requested);
    expect(self.output.notes).to.include('Next: beanpole cron history dev/worker --task clean-up');
    const now = self.context.clock.now() + 1000;
    const moment = { tasks: [cleanUp], due: [], now, me: 'i-1', retentionMilliseconds: 1e9 };
    expect(advance(stored(), moment).runs.at(-1)).to.deep.include({ ...requested, state: 'Claimed' });
  });

  it('asks again when the scheduler has written in between', async () => {
    let writes = 0;
    self.bucket.beforePut = () => {
      if (++writes === 1) self.bucket.put(key, { ...schedule, holder: 'i-2' });
    };
    await run(self, 'cron run dev/worker --task clean-up');
    expect([stored().holder, stored().runs.length, writes]).to.deep.equal(['i-2', 2, 2]);
  });

  it('refuses a task that there is not, and names those that there are', async () => {
    for (const line of ['cron run dev/worker --task tidy', 'cron history dev/worker --task tidy']) {
      const error = await errorOf(self, line);
      expect(error.message).to.equal('dev/worker has no periodic task "tidy".');
      expect(error.now).to.deep.equal(['It has "clean-up".']);
    }
    expect((await errorOf(self, 'cron run dev/worker')).message).to.include('--task is missing');
    expect(stored()).to.deep.equal(schedule);
  });
});
