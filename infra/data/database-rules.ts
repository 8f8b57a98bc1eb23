/** Rules across several keys of `beanpole:database`. Each is pure and returns its problems. */
import type { Problem } from '../config-problems.ts';
import { describeSchema } from '../config-problems.ts';
import { databaseSection, type DatabaseConfiguration } from './database-section.ts';

export function databaseProblems({ minCapacity, maxCapacity }: DatabaseConfiguration): Problem[] {
  const problems: Problem[] = [];
  if (maxCapacity < 1)
    problems.push({
      path: 'database.maxCapacity',
      message: `${maxCapacity} is not allowed; Aurora capacity units from 1 to 256 in steps of 0.5.`,
    });
  if (minCapacity > maxCapacity)
    problems.push({
      path: 'database.minCapacity',
      message: `${minCapacity} is more than maxCapacity, which is ${maxCapacity}.`,
    });
  return problems;
}

/** Keys that mean nothing to the engine. `given` holds the keys that stand in the file. */
export function foreignDatabaseKeyProblems(given: Readonly<Record<string, unknown>>): Problem[] {
  const { properties = {} } = describeSchema(databaseSection);
  const { engine, instanceClass } = given;
  return Object.keys(given).flatMap((key) => {
    const wanted = properties[key]?.only?.engine;
    const path = `database.${key}`;
    if (wanted !== undefined && wanted !== engine)
      return [{ path, message: `only for engine ${wanted}; this is ${String(engine)}.` }];
    if (instanceClass !== undefined && (key === 'minCapacity' || key === 'maxCapacity'))
      return [{ path, message: 'only for Serverless v2; with instanceClass the size is fixed.' }];
    return [];
  });
}
