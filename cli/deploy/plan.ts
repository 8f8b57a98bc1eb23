import { isDeepStrictEqual } from 'node:util';
import { displayName, type EnvironmentName, type Slot } from '../../model/names.ts';
import type {
  ConfigurationSnapshot,
  CurrentPointer,
  DeploymentOptions,
  DeploymentPolicy,
  DeploymentRecord,
  DeploymentStep,
  EnvironmentDescriptor,
  SlotPointer,
  VersionManifest,
} from '../../model/schemas.ts';
import { UserError } from '../errors.ts';
import type { GroupState } from './group.ts';
import { policies } from './policies/index.ts';
import { otherSlot, type PlannedStep, type Policy, type PolicyInput } from './policies/policy.ts';

/** Everything that a deployment is going to do, decided before anything is done. */
export interface Plan {
  readonly environment: EnvironmentName;
  readonly policy: DeploymentPolicy;
  readonly options: DeploymentOptions;
  /** Whose instances run the target in the end. */
  readonly slot: Slot;
  readonly target: Omit<SlotPointer, 'deployment'>;
  /** What runs now; null before the first deployment. */
  readonly previous: SlotPointer | null;
  /** What the slot points to now, where that is not what runs. */
  readonly displaced: SlotPointer | null;
  readonly steps: readonly PlannedStep[];
  readonly pointOfNoReturn: string;
  /** What a reader would not expect, such as another policy than the one that was asked for. */
  readonly notes: readonly string[];
}

export interface PlanInput {
  readonly environment: EnvironmentDescriptor;
  /** Undefined before the first deployment. */
  readonly current: CurrentPointer | undefined;
  readonly version: VersionManifest;
  readonly configuration: ConfigurationSnapshot;
  readonly groups: Readonly<Record<Slot, GroupState>>;
  /** Instead of the environment's own. */
  readonly policy?: DeploymentPolicy | undefined;
  readonly options?: Partial<DeploymentOptions> | undefined;
}

/** A pure function of environment, version and policy. */
export function planDeployment(input: PlanInput): Plan {
  const { environment, current, version, configuration, groups } = input;
  const bundle = version.bundles[environment.tier];
  if (!bundle) throw withoutBundle(environment, version);
  if (version.architecture !== environment.architecture) throw otherArchitecture(environment, version);
  const active = current?.active ?? 'blue';
  const previous = current?.slots[active] ?? null;
  const options = { ...environment.deploymentOptions, ...input.options };
  const { policy, notes } = choosePolicy(input, active, previous);
  const slot = policy.isInPlace ? active : otherSlot(active);
  const policyInput: PolicyInput = {
    environment,
    options,
    label: version.label,
    previous: previous?.versionLabel,
    active,
    groups,
  };
  const isOnce = hasOnceStep(input, active);
  const hasInstances = groups[active].size.desiredCapacity > 0;
  const once = isOnce && hasInstances ? [onceStep(input, active)] : [];
  const steps = [...once, ...policy.steps(policyInput)];
  return {
    environment: {
      application: environment.application,
      stack: environment.stack,
      environment: environment.environment,
    },
    policy: policy.name,
    options,
    slot,
    target: { versionLabel: version.label, bundle, configuration },
    previous,
    displaced: policy.isInPlace ? null : (current?.slots[slot] ?? null),
    steps,
    pointOfNoReturn: pointOfNoReturn(steps, previous?.versionLabel),
    notes: isOnce && !hasInstances ? [...notes, nobodyForOnce(input)] : notes,
  };
}

/** Whether the version does something once per deployment, and this deployment is one of a version. */
function hasOnceStep({ environment, version, current, configuration }: PlanInput, active: Slot): boolean {
  const runs = current?.slots[active];
  const isReconfiguration =
    runs?.versionLabel === version.label && !isDeepStrictEqual(runs.configuration, configuration);
  return version.onceSteps?.includes(environment.tier) === true && !isReconfiguration;
}

/** It comes before everything else, on an instance of the old version; one that just boots is waited for. */
const onceStep = ({ environment, version }: PlanInput, active: Slot): PlannedStep => ({
  id: 'once',
  sentence: `Do what ${version.label} does once per deployment on one instance of ${displayName(environment)}: its release step, container commands for the leader.`,
  task: { action: 'RunOnce', slot: active },
  withoutUndo: 'What it did stays; the version before must cope with it.',
});

const nobodyForOnce = ({ environment, version }: PlanInput): string =>
  `${displayName(environment)} has no instance: what ${version.label} does once per deployment, its release step or container commands for the leader, is done by nobody.`;

/** The wished policy, unless this deployment cannot or need not be done like that. */
function choosePolicy(
  { environment, policy: given, groups }: PlanInput,
  active: Slot,
  previous: SlotPointer | null,
): { policy: Policy; notes: string[] } {
  const wished = policies[given ?? environment.deploymentPolicy];
  const why = wished.refusal(environment);
  if (why !== undefined)
    throw new UserError(`${displayName(environment)} cannot be deployed to with ${wished.name}: ${why}.`, {
      now: ['Nothing was changed.'],
      next: `beanpole deploy ${displayName(environment)} --policy AllAtOnce   (or another one that fits)`,
    });
  const change = pendingChange(environment.slots[active].launchTemplateVersion, groups[active]);
  if (change !== undefined && wished.isInPlace)
    return {
      policy: policies.Immutable,
      notes: [
        `${change}, which takes new instances: Immutable instead of ${wished.name}, as Elastic Beanstalk does it.`,
      ],
    };
  if (previous === null && change === undefined && wished.name !== 'AllAtOnce')
    return {
      policy: policies.AllAtOnce,
      notes: [
        `The first version takes the place of the placeholder page on every instance: AllAtOnce instead of ${wished.name}.`,
      ],
    };
  return { policy: wished, notes: change === undefined ? [] : [`${change}; the new instances have it.`] };
}

/** Pulumi has made a newer launch template than the group, or an instance of it, was launched with. */
export function pendingChange(latest: string, group: GroupState): string | undefined {
  const versions = [
    group.launchTemplateVersion,
    ...group.instances
      .filter(({ state }) => state !== 'Leaving')
      .flatMap(({ launchTemplateVersion }) => launchTemplateVersion ?? []),
  ];
  const older = versions.find((version) => version !== latest);
  return older === undefined
    ? undefined
    : `An infrastructure change is pending (launch template version ${latest}, instances run ${older})`;
}

function pointOfNoReturn(steps: readonly PlannedStep[], previous: string | undefined): string {
  const final = steps.findIndex(({ isPointOfNoReturn }) => isPointOfNoReturn);
  const isInPlace = steps.some(({ task: { action } }) => action === 'Deploy');
  if (previous === undefined && isInPlace)
    return 'the first instance that switches: there is no earlier version to go back to';
  const back = `everything goes back to ${previous ?? 'the placeholder page'} by itself`;
  return final < 0
    ? `none before the end: until the last step is done, ${back}`
    : `step ${final + 1}: until it begins, ${back}`;
}

/** The steps that undo what a deployment has done so far: the last one first, each once. */
export function planReturn(record: Pick<DeploymentRecord, 'steps'>): PlannedStep[] {
  const undos = record.steps
    .filter(({ status }) => status !== 'Pending')
    .flatMap(({ undo }) => undo ?? [])
    .reverse();
  // Several steps may have the same undo; it is done when the first of them is to be taken back.
  return undos.filter(({ id }, index) => undos.findLastIndex((other) => other.id === id) === index);
}

export const isReturnStep = ({ id }: Pick<DeploymentStep, 'id'>): boolean => id.startsWith('return-');

export const isReturning = (record: Pick<DeploymentRecord, 'steps' | 'reason'>): boolean =>
  record.reason !== undefined || record.steps.some(isReturnStep);

/** What is left can only be done, no longer taken back. */
export const isPastReturn = ({ steps }: Pick<DeploymentRecord, 'steps'>): boolean =>
  steps.some(({ isPointOfNoReturn, status }) => isPointOfNoReturn && status !== 'Pending');

export interface Opening {
  readonly number: number;
  readonly fencingToken: number;
  readonly startedBy: string;
  readonly startedAt: string;
  readonly rollbackOf?: number | undefined;
}

/** The record that a deployment begins with. */
export const openRecord = (plan: Plan, { rollbackOf, ...opening }: Opening): DeploymentRecord => ({
  ...opening,
  ...(rollbackOf !== undefined && { rollbackOf }),
  stack: plan.environment.stack,
  environment: plan.environment.environment,
  policy: plan.policy,
  options: plan.options,
  target: { ...plan.target, deployment: opening.number },
  slot: plan.slot,
  previous: plan.previous,
  displaced: plan.displaced,
  status: 'InProgress',
  steps: plan.steps.map(pendingStep),
  instances: [],
});

export const pendingStep = ({
  id,
  sentence,
  task,
  undo,
  isPointOfNoReturn,
}: PlannedStep): DeploymentStep => ({
  id,
  sentence,
  task,
  ...(undo && { undo }),
  ...(isPointOfNoReturn && { isPointOfNoReturn }),
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
