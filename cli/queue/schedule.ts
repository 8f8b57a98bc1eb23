import { keys } from '../../model/names.ts';
import { cronSchedule, type CronSchedule, type CronTask } from '../../model/schemas.ts';
import { createDocuments, type Stored } from '../aws/documents.ts';
import type { Clients } from '../aws/clients.ts';
import { UserError } from '../errors.ts';
import type { Worker } from './worker.ts';

/** A worker's periodic tasks with their runs. Throws when its version has none, or no instance has seen them yet. */
export async function readSchedule(clients: Clients, worker: Worker): Promise<Stored<CronSchedule>> {
  const documents = createDocuments(clients.s3, worker.environment.bucket);
  const stored = await documents.read(keys.schedule(worker.environment), cronSchedule);
  if (stored) return stored;
  throw new UserError(`${worker.name} has no periodic tasks.`, {
    now: [
      'They are listed in cron.yaml of its source bundle; an instance that serves reads them within seconds.',
    ],
    next: `beanpole status ${worker.name}`,
  });
}

export function findTask({ tasks }: CronSchedule, name: string, worker: Worker): CronTask {
  const task = tasks.find((each) => each.name === name);
  if (task) return task;
  throw new UserError(`${worker.name} has no periodic task "${name}".`, {
    now: [`It has ${tasks.map((each) => `"${each.name}"`).join(', ') || 'none'}.`],
    next: `beanpole cron list ${worker.name}`,
  });
}
