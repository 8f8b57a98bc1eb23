import type { DeploymentStep, DeploymentTask } from '../../../model/schemas.ts';
import type { Perform, Run } from '../run.ts';
import { awaitEmpty } from './await-empty.ts';
import { awaitInstances } from './await-instances.ts';
import { deployToInstances } from './deploy.ts';
import { runOnce } from './run-once.ts';
import { returnInstances, settle } from './settle.ts';
import {
  activate,
  moveAddress,
  pointSlot,
  resize,
  resumeProcesses,
  shiftTraffic,
  suspendProcesses,
  useLaunchTemplate,
} from './slot.ts';
import { waitForTargetHealth } from './target-health.ts';
import { watch } from './watch.ts';

type Action = DeploymentTask['action'];

/** How each task is done. */
const performers: { readonly [A in Action]: Perform<A> } = {
  SuspendProcesses: suspendProcesses,
  ResumeProcesses: resumeProcesses,
  RunOnce: runOnce,
  Deploy: deployToInstances,
  AwaitTargetHealth: waitForTargetHealth,
  PointSlot: pointSlot,
  Settle: settle,
  ReturnInstances: returnInstances,
  UseLaunchTemplate: useLaunchTemplate,
  Resize: resize,
  AwaitInstances: awaitInstances,
  AwaitEmpty: awaitEmpty,
  ShiftTraffic: shiftTraffic,
  MoveAddress: moveAddress,
  Watch: watch,
  Activate: activate,
};

export function perform(run: Run, { id, task }: DeploymentStep, signal: AbortSignal): Promise<void> {
  // The table above pairs each action with the performer of its own task.
  const performer = performers[task.action] as Perform<Action>;
  return performer(run, { id, task }, signal);
}
