import { isoTime } from '../../clock.ts';
import { command, shared, text } from '../../command.ts';
import { UserError } from '../../errors.ts';
import { changeSchedule, findTask, readSchedule } from '../../queue/schedule.ts';
import { findWorker } from '../../queue/worker.ts';

export default command({
  name: 'cron run',
  group: 'Work',
  summary: "Run one of a worker's periodic tasks now, whatever its schedule.",
  argument: { name: 'stack/environment', summary: 'The worker: dev/worker.', required: true },
  options: { task: text('name', 'Which one; always needed.'), application: shared.application },
  examples: [
    {
      command: 'beanpole cron run dev/worker --task clean-up',
      effect: 'its scheduler sends it within seconds',
    },
  ],

  async run(argument, { task, application }, context) {
    const { clients, clock, ui, user } = context;
    if (task === undefined)
      throw new UserError('Which task? --task is missing.', { next: `beanpole cron list ${argument}` });
    const worker = await findWorker(context, argument, application);
    await readSchedule(clients, worker);
    // Messages name their due time in whole seconds.
    const dueAt = isoTime(Math.floor(clock.now() / 1000) * 1000);
    const run = { task, dueAt, trigger: 'Manual', state: 'Requested', by: user } as const;
    await changeSchedule(clients, worker, (schedule) => {
      findTask(schedule, task, worker);
      return { ...schedule, runs: [...schedule.runs, run] };
    });
    ui.data(`${task} of ${worker.name} is to run now.`);
    ui.next(`beanpole cron history ${worker.name} --task ${task}`, 'shows how it ends');
  },
});
