/** Steps that change one thing of a slot and need no waiting. */
import type { DeploymentRecord, DeploymentTask, SlotPointer } from '../../../model/schemas.ts';
import { deadlineOf, pollMilliseconds, StepFailedError, type Perform } from '../run.ts';

export const suspendProcesses: Perform<'SuspendProcesses'> = ({ groups }, { task }) =>
  groups[task.slot].suspend(task.processes);

export const resumeProcesses: Perform<'ResumeProcesses'> = ({ groups }, { task }) =>
  groups[task.slot].resume(task.processes);

export const useLaunchTemplate: Perform<'UseLaunchTemplate'> = ({ groups }, { task }) =>
  groups[task.slot].useLaunchTemplate(task.version);

export const resize: Perform<'Resize'> = ({ groups }, { task }) => groups[task.slot].resize(task.size);

export const pointSlot: Perform<'PointSlot'> = ({ pointers, journal }, { task }) =>
  pointers.move(task.slot, pointerOf(journal.record, task));

export const activate: Perform<'Activate'> = ({ pointers }, { task }) => pointers.activate(task.slot);

export const shiftTraffic: Perform<'ShiftTraffic'> = ({ traffic }, { task }) =>
  traffic.shift(task.slot, task.percent);

/** To the slot's instance in service; waits for it when it has just been replaced. */
export const moveAddress: Perform<'MoveAddress'> = async (run, { task: { slot } }, signal) => {
  const deadline = deadlineOf(run);
  for (let poll = 0; ; poll += 1) {
    const { instances } = await run.fleets[slot].list();
    const instance = instances.find(({ state }) => state === 'InService');
    if (instance) return run.traffic.moveAddress(instance.id);
    if (run.clock.now() > deadline)
      throw new StepFailedError(`slot ${slot} has no instance that could take the Elastic IP`);
    await run.clock.sleep(pollMilliseconds(poll), signal);
  }
};

function pointerOf(
  { target, previous, displaced }: DeploymentRecord,
  { to }: Extract<DeploymentTask, { action: 'PointSlot' }>,
): SlotPointer | null {
  return { Target: target, Previous: previous, Displaced: displaced }[to];
}
