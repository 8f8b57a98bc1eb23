import type { DeploymentRecord, DeploymentStep } from '../../model/schemas.ts';
import { duration } from '../ui/duration.ts';

/** How long a step took; undefined while it is not over. */
export function stepMilliseconds({ startedAt, endedAt }: DeploymentStep): number | undefined {
  return startedAt === undefined || endedAt === undefined
    ? undefined
    : Date.parse(endedAt) - Date.parse(startedAt);
}

/** Where the time went: the steps, and on the instances each phase of the slowest one. */
export function phasesText(record: Pick<DeploymentRecord, 'steps' | 'instances'>): string {
  const steps = record.steps.flatMap((step) => {
    const milliseconds = stepMilliseconds(step);
    return milliseconds === undefined || milliseconds < shortest
      ? []
      : [`${step.id} ${duration(milliseconds)}`];
  });
  const longest = new Map<string, number>();
  for (const { name, milliseconds } of record.instances.flatMap(({ phases }) => phases))
    longest.set(name, Math.max(milliseconds, longest.get(name) ?? 0));
  const phases = [...longest].map(([name, milliseconds]) => `${name} ${duration(milliseconds)}`);
  const parts = [
    ...(steps.length > 0 ? [`Steps: ${steps.join(', ')}.`] : []),
    ...(phases.length > 0 ? [`Slowest instance: ${phases.join(', ')}.`] : []),
  ];
  return parts.join(' ') || 'Every step took less than 100 ms.';
}

/** Steps that took less than this are not worth a word. */
const shortest = 100;
