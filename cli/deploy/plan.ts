import { displayName, type EnvironmentName, type Slot } from '../../model/names.ts';
import type {
  ConfigurationSnapshot,
  CurrentPointer,
  DeploymentRecord,
  DeploymentStep,
  EnvironmentDescriptor,
  SlotPointer,
  VersionManifest,
} from '../../model/schemas.ts';
import { UserError } from '../errors.ts';

/** What a runner knows how to do; a record names its steps by these. */
export type StepId =
  'instances' | 'target-health' | 'pointer' | 'settle' | 'return-pointer' | 'return-instances';

export interface PlannedStep {
  readonly id: StepId;
  readonly sentence: string;
  /** What takes the step back, or why nothing has to. */
  readonly undo: string;
}

/** Everything that a deployment is going to do, decided before anything is done. */
export interface Plan {
  readonly environment: EnvironmentName;
  readonly policy: EnvironmentDescriptor['deploymentPolicy'];
  readonly slot: Slot;
  readonly target: Omit<SlotPointer, 'deployment'>;
  /** What the slot runs now; null before the first deployment. */
  readonly previous: SlotPointer | null;
  readonly steps: readonly PlannedStep[];
  readonly pointOfNoReturn: string;
}

export interface PlanInput {
  readonly environment: EnvironmentDescriptor;
  /** Undefined before the first deployment. */
  readonly current: CurrentPointer | undefined;
  readonly version: VersionManifest;
  readonly configuration: ConfigurationSnapshot;
}

/** A pure function of environment, version and policy. */
export function planDeployment({ environment, current, version, configuration }: PlanInput): Plan {
  const bundle = version.bundles[environment.tier];
  if (!bundle) throw withoutBundle(environment, version);
  if (version.architecture !== environment.architecture) throw otherArchitecture(environment, version);
  const slot = current?.active ?? 'blue';
  const previous = current?.slots[slot] ?? null;
  return {
    environment: {
      application: environment.application,
      stack: environment.stack,
      environment: environment.environment,
    },
    policy: environment.deploymentPolicy,
    slot,
    target: { versionLabel: version.label, bundle, configuration },
    previous,
    steps: allAtOnce(environment, version.label, previous?.versionLabel, slot),
    pointOfNoReturn: previous
      ? `none before the end: until the last step is done, everything goes back to ${previous.versionLabel} by itself`
      : 'the first instance that switches: there is no earlier version to go back to',
  };
}

/** In place: every running instance of the active slot at the same time. */
function allAtOnce(
  environment: EnvironmentDescriptor,
  label: string,
  previous: string | undefined,
  slot: Slot,
): PlannedStep[] {
  const target = displayName(environment);
  const back = previous ?? 'the placeholder page';
  const steps: PlannedStep[] = [
    {
      id: 'instances',
      sentence: `Send ${label} to every running instance of ${target} (slot ${slot}) at the same time, and wait for the result of each.`,
      undo: previous
        ? `Send ${back} to every instance.`
        : 'Nothing to go back to: an instance that failed shows the placeholder page.',
    },
    {
      id: 'target-health',
      sentence: 'Wait until the load balancer calls every one of these instances healthy.',
      undo: 'Changes nothing.',
    },
    {
      id: 'pointer',
      sentence: `Point ${target} to ${label}, so that instances which boot from now on start with it.`,
      undo: `Point ${target} back to ${back}.`,
    },
    {
      id: 'settle',
      sentence: `List the instances again until each one, those just booting included, reports ${label}.`,
      undo: previous ? `Send ${back} to every instance.` : 'Nothing to go back to.',
    },
  ];
  return environment.slots[slot].targetGroupArn ? steps : steps.filter(({ id }) => id !== 'target-health');
}

/** The steps that undo what a deployment has done so far. */
export function planReturn(
  record: Pick<DeploymentRecord, 'stack' | 'environment' | 'steps' | 'previous'>,
): PlannedStep[] {
  const target = displayName({ application: '', ...record });
  const began = (id: StepId) => record.steps.some((step) => step.id === id && step.status !== 'Pending');
  const back = record.previous?.versionLabel;
  const steps: PlannedStep[] = [];
  const undo = 'This is the way back.';
  if (began('pointer'))
    steps.push({
      id: 'return-pointer',
      sentence: `Point ${target} back to ${back ?? 'the placeholder page'}.`,
      undo,
    });
  if (began('instances') && back !== undefined)
    steps.push({
      id: 'return-instances',
      sentence: `Bring every instance of ${target} back to ${back}.`,
      undo,
    });
  return steps;
}

export const isReturning = (record: Pick<DeploymentRecord, 'steps' | 'reason'>): boolean =>
  record.reason !== undefined || record.steps.some(({ id }) => id.startsWith('return-'));

export interface Opening {
  readonly number: number;
  readonly fencingToken: number;
  readonly startedBy: string;
  readonly startedAt: string;
}

/** The record that a deployment begins with. */
export const openRecord = (plan: Plan, opening: Opening): DeploymentRecord => ({
  ...opening,
  stack: plan.environment.stack,
  environment: plan.environment.environment,
  policy: plan.policy,
  target: { ...plan.target, deployment: opening.number },
  slot: plan.slot,
  previous: plan.previous,
  status: 'InProgress',
  steps: plan.steps.map(pendingStep),
  instances: [],
});

export const pendingStep = ({ id, sentence }: PlannedStep): DeploymentStep => ({
  id,
  sentence,
  status: 'Pending',
});

function withoutBundle(environment: EnvironmentDescriptor, version: VersionManifest): UserError {
  const folder = environment.tier === 'Worker' ? 'worker' : 'web';
  return new UserError(
    `${version.label} cannot run on ${displayName(environment)}: the version has no source bundle for the ${environment.tier} tier.`,
    { now: ['Nothing was changed.'], next: `beanpole version create <label> --${folder} <folder>` },
  );
}

function otherArchitecture(environment: EnvironmentDescriptor, version: VersionManifest): UserError {
  return new UserError(
    `${version.label} cannot run on ${displayName(environment)}: it was built for ${version.architecture}, and the instances are ${environment.architecture}.`,
    {
      now: ['Nothing was changed.'],
      next: `beanpole version create <label>   (on a machine with ${environment.architecture})`,
    },
  );
}
