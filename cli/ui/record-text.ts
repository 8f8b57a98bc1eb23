import { displayName } from '../../model/names.ts';
import type { DeploymentRecord, DeploymentStep } from '../../model/schemas.ts';
import { phasesText, stepMilliseconds } from '../deploy/phases.ts';
import { ago, duration } from './duration.ts';
import type { Paint } from './paint.ts';
import { table } from './table.ts';

/** A deployment's record as people read it. */
export function recordText(record: DeploymentRecord, now: number, paint: Paint): string {
  const { number, target, policy, slot, status, startedBy, startedAt, endedAt, reason } = record;
  const took = endedAt === undefined ? '' : `, took ${duration(Date.parse(endedAt) - Date.parse(startedAt))}`;
  const head = paint.strong(
    `Deployment ${number} of ${target.versionLabel} to ${displayName({ application: '', ...record })}: ${status}`,
  );
  const how = `${policy} in slot ${slot}, by ${startedBy}, ${ago(now - Date.parse(startedAt))}${took}`;
  const steps = table(
    ['STEP', 'STATUS', 'TOOK', 'WHAT'],
    record.steps.map((step) => stepRow(step)),
  );
  const instances = table(
    ['INSTANCE', 'OUTCOME', 'SERVES', 'PHASES'],
    record.instances.map(({ instanceId, outcome, serving, phases, reason: why }) => [
      instanceId,
      outcome,
      serving ?? '-',
      why ?? phases.map(({ name, milliseconds }) => `${name} ${duration(milliseconds)}`).join(', '),
    ]),
  );
  return [
    [head, how, ...(reason === undefined ? [] : [paint.bad(reason)])].join('\n'),
    steps,
    ...(record.instances.length > 0 ? [instances] : []),
    phasesText(record),
  ].join('\n\n');
}

function stepRow(step: DeploymentStep): string[] {
  const milliseconds = stepMilliseconds(step);
  return [step.id, step.status, milliseconds === undefined ? '-' : duration(milliseconds), step.sentence];
}
