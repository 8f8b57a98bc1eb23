import { displayName } from '../../../model/names.ts';
import type { DeploymentTask } from '../../../model/schemas.ts';
import { hasLoadBalancer, type PlannedStep, type PolicyInput } from './policy.ts';
import { processSteps } from './processes.ts';

type Deploy = Extract<DeploymentTask, { action: 'Deploy' }>;

/** Instances that get the version at the same time, and how the plan calls them. */
export interface Batch {
  readonly id: string;
  readonly who: string;
  readonly instances: Pick<Deploy, 'instanceIds' | 'exceptIds'>;
}

export interface InPlaceSteps {
  readonly batches: readonly Batch[];
  readonly suspend: readonly string[];
  /** Between suspending and the first batch. */
  readonly before?: readonly PlannedStep[];
  /** When every instance runs the version. */
  readonly after?: readonly PlannedStep[];
}

/** One batch after the other in the active slot, then the pointer, then whoever came meanwhile. */
export function inPlace(
  input: PolicyInput,
  { batches, suspend, before = [], after = [] }: InPlaceSteps,
): PlannedStep[] {
  const [suspended, resumed] = processSteps(input, [input.active], suspend);
  return [
    ...suspended,
    ...before,
    ...batches.flatMap((batch) => deployBatch(input, batch)),
    movePointer(input),
    settle(input),
    ...after,
    ...resumed,
  ];
}

function deployBatch(input: PolicyInput, { id, who, instances }: Batch): PlannedStep[] {
  const { label, active, environment, options } = input;
  const target = displayName({ application: '', ...environment });
  const deploy: PlannedStep = {
    id,
    sentence: `Send ${label} to ${who} of ${target} (slot ${active}) at the same time, and wait for the result of each.`,
    task: { action: 'Deploy', slot: active, ...instances },
    ...returnInstances(input),
  };
  if (!hasLoadBalancer(environment) || options.ignoreHealthCheck) return [deploy];
  const gate: PlannedStep = {
    id: `${id}-health`,
    sentence: `Wait until the load balancer calls every instance with ${label} healthy.`,
    task: { action: 'AwaitTargetHealth', slot: active },
    withoutUndo: 'Changes nothing.',
  };
  return [deploy, gate];
}

function movePointer({ environment, label, previous, active }: PolicyInput): PlannedStep {
  const target = displayName({ application: '', ...environment });
  return {
    id: 'pointer',
    sentence: `Point ${target} to ${label}, so that instances which boot from now on start with it.`,
    task: { action: 'PointSlot', slot: active, to: 'Target' },
    undo: {
      id: 'return-pointer',
      sentence: `Point ${target} back to ${previous ?? 'the placeholder page'}.`,
      task: { action: 'PointSlot', slot: active, to: 'Previous' },
    },
  };
}

const settle = (input: PolicyInput): PlannedStep => ({
  id: 'settle',
  sentence: `List the instances again until each one, those just booting included, reports ${input.label}.`,
  task: { action: 'Settle', slot: input.active },
  ...returnInstances(input),
});

/** One command to all of them at once, whatever the size of the batches was. */
function returnInstances({
  environment,
  previous,
  active,
}: PolicyInput): Pick<PlannedStep, 'undo' | 'withoutUndo'> {
  if (previous === undefined)
    return { withoutUndo: 'Nothing to go back to: an instance that failed shows the placeholder page.' };
  const target = displayName({ application: '', ...environment });
  return {
    undo: {
      id: 'return-instances',
      sentence: `Bring every instance of ${target} back to ${previous}, all at once.`,
      task: { action: 'ReturnInstances', slot: active },
    },
  };
}
