import { keys } from '../../model/names.ts';
import { cronSchedule, type CronSchedule, type CronTask } from '../../model/schemas.ts';
import { ConflictError, createDocuments, type Stored } from '../aws/documents.ts';
import type { Clients } from '../aws/clients.ts';
import { exitCodes, UserError } from '../errors.ts';
import type { Worker } from './worker.ts';

/** A worker's periodic tasks with their runs. Throws when its version has none, or no instance has seen them yet. */
export async function readSchedule(clients: Clients, worker: Worker): Promise<Stored<CronSchedule>> {
  const documents = createDocuments(clients.s3, worker.environment.bucket);
  const stored = await documents.read(keys.schedule(worker.environment), cronSchedule);
  if (stored) return stored;
  throw withoutTasks(worker);
}

const withoutTasks = ({ name }: Worker): UserError =>
  new UserError(`${name} has no periodic tasks.`, {
    now: [
      'They are listed in cron.yaml of its source bundle; an instance that serves reads them within seconds.',
    ],
    next: `beanpole status ${name}`,
  });

const mostAttempts = 8;

/**
 * Changes a worker's schedule, if it has one, in between its scheduler's own changes; undefined: not at all. Throws when others change it all the time.
 */
export async function changeSchedule(
  { s3 }: Clients,
  { environment, name }: Worker,
  change: (schedule: CronSchedule) => CronSchedule | undefined,
): Promise<void> {
  const documents = createDocuments(s3, environment.bucket);
  const key = keys.schedule(environment);
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const stored = await documents.read(key, cronSchedule);
    const next = stored && change(stored.value);
    if (!next) return;
    try {
      await documents.replace(key, next, stored.etag);
      return;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  throw new UserError(`The schedule of ${name} was changed by others all the time.`, {
    now: ['It is as they left it.'],
    next: 'the same command again',
    exitCode: exitCodes.locked,
  });
}

/** Throws when its version has no such task. */
export function findTask({ tasks }: CronSchedule, name: string, worker: Worker): CronTask {
  const task = tasks.find((each) => each.name === name);
  if (task) return task;
  throw new UserError(`${worker.name} has no periodic task "${name}".`, {
    now: [`It has ${tasks.map((each) => `"${each.name}"`).join(', ') || 'none'}.`],
    next: `beanpole cron list ${worker.name}`,
  });
}
