import { displayName } from '../../model/names.ts';
import type { Plan } from '../deploy/plan.ts';
import type { SwapPlan } from '../swap/plan.ts';
import type { Paint } from './paint.ts';

/** A plan as people read it. */
export function planText(plan: Plan, paint: Paint): string {
  const from = plan.previous ? `from ${plan.previous.versionLabel}` : 'its first version';
  const steps = plan.steps.flatMap(({ sentence, undo, withoutUndo = 'Nothing.' }, index) => [
    `  ${index + 1}. ${sentence}`,
    paint.quiet(`     Undo: ${undo?.sentence ?? withoutUndo}`),
  ]);
  return [
    paint.strong(
      `${displayName(plan.environment)}: ${plan.target.versionLabel} (${from}), ${plan.policy}, slot ${plan.slot}`,
    ),
    ...plan.notes.map((note) => `  ${note}`),
    ...steps,
    `  Point of no return: ${plan.pointOfNoReturn}.`,
  ].join('\n');
}

/** A swap's plan as people read it. */
export function swapPlanText(
  { stack, environments, steps, pointOfNoReturn }: SwapPlan,
  paint: Paint,
): string {
  return [
    paint.strong(environments.map((environment) => `${stack}/${environment}`).join(' and ')),
    ...steps.flatMap(({ sentence, undo = 'Changes nothing.' }, index) => [
      `  ${index + 1}. ${sentence}`,
      paint.quiet(`     Undo: ${undo}`),
    ]),
    `  Point of no return: ${pointOfNoReturn}.`,
  ].join('\n');
}
