import { Cron } from 'croner';
import type { CronRun, CronTask } from '../../../model/schemas.ts';
import { command, shared } from '../../command.ts';
import { readSchedule } from '../../queue/schedule.ts';
import { findWorker } from '../../queue/worker.ts';
import { table } from '../../ui/table.ts';

export default command({
  name: 'cron list',
  group: 'Work',
  summary: "Show a worker's periodic tasks: when each runs next, and what became of its last run.",
  argument: { name: 'stack/environment', summary: 'The worker: dev/worker.', required: true },
  options: { json: shared.json, application: shared.application },
  examples: [{ command: 'beanpole cron list prod/worker', effect: 'what cron.yaml of its version says' }],

  async run(argument, { json, application }, context) {
    const { clients, clock, ui } = context;
    const worker = await findWorker(context, argument, application);
    const { tasks, runs } = (await readSchedule(clients, worker)).value;
    const all = tasks.map((task) => ({
      ...task,
      nextAt: nextAt(task, clock.now()),
      lastRun: runs.findLast((run) => run.task === task.name) ?? null,
    }));
    if (json) {
      ui.json(all);
      return;
    }
    ui.data(
      table(
        ['TASK', 'SCHEDULE', 'TIME ZONE', 'POSTS TO', 'NEXT', 'LAST RUN'],
        all.map(({ name, schedule, timezone, url, nextAt: next, lastRun }) => [
          name,
          schedule,
          timezone,
          url,
          next ?? '-',
          lastText(lastRun),
        ]),
      ),
    );
  },
});

/** Five fields, as the agent reads them. */
const nextAt = ({ schedule, timezone }: CronTask, now: number): string | null =>
  new Cron(schedule, { timezone, mode: '5-part', paused: true }).nextRun(new Date(now))?.toISOString() ??
  null;

const lastText = (run: CronRun | null): string => (run ? `${run.state} ${run.endedAt ?? run.dueAt}` : '-');
