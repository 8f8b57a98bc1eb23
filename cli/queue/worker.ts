import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import type { Context } from '../context.ts';
import { listEnvironments, parseTarget, selectEnvironments } from '../environments.ts';
import { UserError } from '../errors.ts';
import { applicationOf } from '../project.ts';

/** A worker environment with its two queues. */
export interface Worker {
  readonly environment: EnvironmentDescriptor;
  readonly name: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** The one worker environment that an argument names: `dev/worker`, or `dev` where it has only one. */
export async function findWorker(
  { clients, project }: Pick<Context, 'clients' | 'project'>,
  argument: string,
  application: string | undefined,
): Promise<Worker> {
  const all = await listEnvironments(clients.ssm, applicationOf(project, application));
  const selected = selectEnvironments(all, parseTarget(argument));
  const workers = selected.flatMap((environment) => workerOf(environment) ?? []);
  if (workers.length === 1 && workers[0]) return workers[0];
  if (workers.length > 1)
    throw new UserError(`${argument} has several worker environments.`, {
      now: [`They are ${workers.map(({ name }) => name).join(', ')}.`],
      next: `the same command with ${workers[0]?.name ?? ''}`,
    });
  throw new UserError(`${argument} has no queue: ${selected.map(displayName).join(', ')} is no worker.`, {
    next: 'beanpole status   (lists all environments with their tiers)',
  });
}

function workerOf(environment: EnvironmentDescriptor): Worker | undefined {
  const { queueUrl, deadLetterQueueUrl } = environment;
  if (queueUrl === undefined || deadLetterQueueUrl === undefined) return undefined;
  return { environment, name: displayName(environment), queueUrl, deadLetterQueueUrl };
}
