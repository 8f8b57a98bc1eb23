import { keys } from '../../../model/names.ts';
import { ConflictError, createDocuments } from '../../aws/documents.ts';
import { isoTime } from '../../clock.ts';
import { command, shared, text } from '../../command.ts';
import { exitCodes, UserError } from '../../errors.ts';
import { findTask, readSchedule } from '../../queue/schedule.ts';
import { findWorker } from '../../queue/worker.ts';

const mostAttempts = 8;

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
    const documents = createDocuments(clients.s3, worker.environment.bucket);
    // Messages name their due time in whole seconds.
    const dueAt = isoTime(Math.floor(clock.now() / 1000) * 1000);
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      const { value: schedule, etag } = await readSchedule(clients, worker);
      findTask(schedule, task, worker);
      const run = { task, dueAt, trigger: 'Manual', state: 'Requested', by: user } as const;
      const next = { ...schedule, runs: [...schedule.runs, run] };
      try {
        await documents.replace(keys.schedule(worker.environment), next, etag);
        ui.data(`${task} of ${worker.name} is to run now.`);
        ui.next(`beanpole cron history ${worker.name} --task ${task}`, 'shows how it ends');
        return;
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
    }
    throw new UserError('The schedule was changed by others all the time.', {
      now: ['The task was not started.'],
      next: 'the same command again',
      exitCode: exitCodes.locked,
    });
  },
});
