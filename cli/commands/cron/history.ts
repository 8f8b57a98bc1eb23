import { command, shared, text } from '../../command.ts';
import { findTask, readSchedule } from '../../queue/schedule.ts';
import { findWorker } from '../../queue/worker.ts';
import { table } from '../../ui/table.ts';

export default command({
  name: 'cron history',
  group: 'Work',
  summary: "Show the runs of a worker's periodic tasks, the newest last; of each task twenty are kept.",
  argument: { name: 'stack/environment', summary: 'The worker: dev/worker.', required: true },
  options: {
    task: text('name', 'Of this task only.'),
    json: shared.json,
    application: shared.application,
  },
  examples: [
    {
      command: 'beanpole cron history prod/worker --task clean-up',
      effect: 'which ended how, and which was missed',
    },
  ],

  async run(argument, { task, json, application }, context) {
    const { clients, ui } = context;
    const worker = await findWorker(context, argument, application);
    const { value: schedule } = await readSchedule(clients, worker);
    if (task !== undefined) findTask(schedule, task, worker);
    const runs = schedule.runs
      .filter((run) => task === undefined || run.task === task)
      .toSorted((left, right) => Date.parse(left.dueAt) - Date.parse(right.dueAt));
    if (json) {
      ui.json(runs);
      return;
    }
    ui.data(
      table(
        ['TASK', 'DUE', 'TRIGGER', 'BY', 'STATE', 'ENDED', 'REASON'],
        runs.map(({ task: name, dueAt, trigger, by, state, endedAt = '-', reason = '' }) => [
          ...[name, dueAt, trigger, by, state, endedAt, reason],
        ]),
      ),
    );
  },
});
