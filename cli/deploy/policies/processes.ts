import type { Slot } from '../../../model/names.ts';
import type { DeploymentTask } from '../../../model/schemas.ts';
import type { PlannedStep, PolicyInput } from './policy.ts';

/**
 * Steps that suspend Auto Scaling processes, and those that resume them at the end. What somebody else has
 * suspended already stays as it is.
 */
export function processSteps(
  { groups }: PolicyInput,
  slots: readonly Slot[],
  processes: readonly string[],
): [suspend: PlannedStep[], resume: PlannedStep[]] {
  const wanted = slots.flatMap((slot) => {
    const own = processes.filter((process) => !groups[slot].suspendedProcesses.includes(process));
    return own.length > 0 ? [{ slot, own }] : [];
  });
  const steps = wanted.map(({ slot, own }) => {
    const resume: DeploymentTask = { action: 'ResumeProcesses', slot, processes: own };
    const sentence = `Let Auto Scaling go on with ${own.join(', ')} in slot ${slot}.`;
    return {
      suspend: {
        id: `suspend-${slot}`,
        sentence: `Keep Auto Scaling from ${own.join(', ')} in slot ${slot} meanwhile.`,
        task: { action: 'SuspendProcesses', slot, processes: own },
        undo: { id: `return-processes-${slot}`, sentence, task: resume },
      } satisfies PlannedStep,
      resume: {
        id: `resume-${slot}`,
        sentence,
        task: resume,
        withoutUndo: 'Is the end.',
        isPointOfNoReturn: true,
      } satisfies PlannedStep,
    };
  });
  return [steps.map(({ suspend }) => suspend), steps.map(({ resume }) => resume)];
}
