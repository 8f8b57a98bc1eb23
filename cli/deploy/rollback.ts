import { isDeepStrictEqual } from 'node:util';
import { displayName } from '../../model/names.ts';
import type { DeploymentRecord, EnvironmentDescriptor, SlotPointer } from '../../model/schemas.ts';
import { UserError } from '../errors.ts';

/** Where a rollback goes, and which deployment it takes back. */
export interface RollbackTarget {
  readonly pointer: SlotPointer;
  readonly rollbackOf: number;
}

/**
 * Pure: what ran before the newest deployment that succeeded, with the configuration that it had; or the newest
 * state in which the environment ran a version that is asked for.
 */
export function rollbackTarget(
  environment: EnvironmentDescriptor,
  records: readonly DeploymentRecord[],
  to: string | undefined,
): RollbackTarget {
  const name = displayName(environment);
  const [newest] = records;
  if (newest?.status === 'InProgress')
    throw new UserError(
      `Deployment ${newest.number} of ${newest.target.versionLabel} to ${name} has not ended yet.`,
      { now: ['Nothing was changed.'], next: `beanpole abort ${name}   (takes it back)` },
    );
  const succeeded = records.filter(({ status }) => status === 'Succeeded');
  const last = succeeded.find((record) => !isRestart(record)) ?? succeeded[0];
  if (!last)
    throw new UserError(`There is nothing to roll back: no deployment to ${name} has succeeded.`, {
      now: ['Nothing was changed.'],
      next: `beanpole deployments list ${name}`,
    });
  return {
    pointer: to === undefined ? pointerBefore(name, last) : pointerOf(name, succeeded, to),
    rollbackOf: last.number,
  };
}

/** The same version with the same configuration once more. */
const isRestart = ({ target, previous }: DeploymentRecord): boolean =>
  previous?.versionLabel === target.versionLabel &&
  isDeepStrictEqual(previous.configuration, target.configuration);

function pointerBefore(name: string, last: DeploymentRecord): SlotPointer {
  const { number, target, previous, rollbackOf } = last;
  if (rollbackOf !== undefined)
    throw new UserError(
      `${name} is rolled back already: deployment ${number} took back deployment ${rollbackOf}, and ${target.versionLabel} runs.`,
      {
        now: ['Nothing was changed.'],
        next: `beanpole rollback ${name} --to <version>   (further back; beanpole deployments list ${name} shows what ran)`,
      },
    );
  if (!previous)
    throw new UserError(
      `There is nothing to roll back to: ${target.versionLabel} is the first version of ${name}.`,
      { now: ['Nothing was changed.'], next: `beanpole deploy ${name} --version <version>` },
    );
  return previous;
}

function pointerOf(name: string, succeeded: readonly DeploymentRecord[], to: string): SlotPointer {
  const [current] = succeeded;
  if (current?.target.versionLabel === to)
    throw new UserError(`${name} runs ${to} already.`, {
      now: ['Nothing was changed.'],
      next: `beanpole restart ${name}   (starts it anew)`,
    });
  const found = succeeded.find(({ target }) => target.versionLabel === to);
  if (found) return found.target;
  const known = [...new Set(succeeded.map(({ target }) => target.versionLabel))].join(', ');
  throw new UserError(`${to} has never run on ${name}.`, {
    now: [`Versions that have: ${known}. Nothing was changed.`],
    next: `beanpole deploy ${name} --version ${to}`,
  });
}
