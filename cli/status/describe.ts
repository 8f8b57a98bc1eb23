import { displayName } from '../../model/names.ts';
import type { DeploymentLock, DeploymentRecord, HealthReport, SwapRecord } from '../../model/schemas.ts';
import { isHeld } from '../deploy/lock.ts';
import { waysOn } from '../deploy/outcome.ts';
import { swapWaysOn } from '../swap/outcome.ts';
import { swapTitle } from '../swap/runner.ts';
import { ago, duration } from '../ui/duration.ts';
import { addressOf, swapNote } from './address.ts';
import type { Observation } from './observe.ts';

export type Health = HealthReport['status'];

export interface InstanceStatus {
  readonly id: string;
  readonly zone: string;
  readonly version: string | null;
  readonly status: Health;
  readonly causes: readonly string[];
}

/** What `status` says of an environment; the JSON of `--json` is exactly this. */
export interface EnvironmentStatus {
  readonly environment: string;
  readonly tier: string;
  readonly type: string;
  readonly version: string | null;
  readonly deployment: { readonly number: number; readonly status: string; readonly version: string } | null;
  readonly health: Health;
  readonly instances: readonly InstanceStatus[];
  readonly desired: number;
  readonly address: string | null;
  /** Pulumi has made a newer launch template than the instances run. */
  readonly infrastructureChangePending: boolean;
  readonly lock: {
    readonly holder: string;
    readonly reason: string;
    readonly since: string;
    readonly until: string;
  } | null;
  /** What a person should know, each with its next command. */
  readonly notes: readonly string[];
}

/** Worst first; Elastic Beanstalk's own order. */
const order: readonly Health[] = ['Severe', 'Degraded', 'Warning', 'Unknown', 'Pending', 'Info', 'Ok'];
/** Reports come on change and at least once a minute; after this long the agent is not there. */
const staleMilliseconds = 3 * 60_000;

/** Pure: an observation and the time. */
export function describe(observation: Observation, now: number): EnvironmentStatus {
  const { environment, current, record, desired, lock } = observation;
  const pointer = current?.slots[current.active] ?? null;
  const instances = observation.instances
    .filter(({ state }) => state !== 'Leaving')
    .map((instance) => describeInstance(instance, now));
  const pending = isPending(observation);
  return {
    environment: displayName(environment),
    tier: environment.tier,
    type: environment.type,
    version: pointer?.versionLabel ?? null,
    deployment: record
      ? { number: record.number, status: record.status, version: record.target.versionLabel }
      : null,
    health: worst(
      instances.map(({ status }) => status),
      desired,
    ),
    instances,
    desired,
    address: addressOf(environment, observation.targets ?? new Map()) ?? null,
    infrastructureChangePending: pending,
    lock: isHeld(lock, now)
      ? { holder: lock.holder, reason: lock.reason, since: lock.acquiredAt, until: lock.expiresAt }
      : null,
    notes: notesOf(observation, pointer?.versionLabel, pending, now),
  };
}

function describeInstance(
  { id, zone, state, report }: Observation['instances'][number],
  now: number,
): InstanceStatus {
  const base = { id, zone, version: report?.versionLabel ?? null };
  if (!report)
    return {
      ...base,
      status: 'Pending',
      causes: [state === 'Booting' ? 'is booting' : 'has not reported yet'],
    };
  const age = now - Date.parse(report.reportedAt);
  if (age > staleMilliseconds) return { ...base, status: 'Unknown', causes: [`last reported ${ago(age)}`] };
  return {
    ...base,
    status: report.status,
    causes: state === 'Booting' ? ['is booting', ...report.causes] : report.causes,
  };
}

function worst(all: readonly Health[], desired: number): Health {
  if (all.length === 0) return desired === 0 ? 'Ok' : 'Pending';
  return order.find((status) => all.includes(status)) ?? 'Unknown';
}

function isPending({ environment, current, instances }: Observation): boolean {
  const { launchTemplateVersion } = environment.slots[current?.active ?? 'blue'];
  return instances.some(
    (instance) =>
      instance.state !== 'Leaving' &&
      instance.launchTemplateVersion !== undefined &&
      instance.launchTemplateVersion !== launchTemplateVersion,
  );
}

function notesOf(
  { environment, record, lock, swap, targets }: Observation,
  version: string | undefined,
  pending: boolean,
  now: number,
): string[] {
  const target = displayName(environment);
  const notes: string[] = [];
  if (isHeld(lock, now)) notes.push(lockNote(lock, now));
  else if (swap) notes.push(interruptedSwapNote(swap, target));
  else if (record?.status === 'InProgress') notes.push(interruptedNote(record, target));
  else if (record?.status === 'RollbackFailed')
    notes.push(
      `Deployment ${record.number} of ${record.target.versionLabel} failed and was not fully rolled back: ${record.reason ?? ''}; next: beanpole deploy ${target} brings every instance to one version.`,
    );
  const swapped = targets && swapNote(environment, targets);
  if (swapped !== undefined) notes.push(swapped);
  if (version === undefined && record?.status !== 'InProgress')
    notes.push(`No version yet; next: beanpole deploy ${target}`);
  if (pending)
    notes.push(
      `An infrastructure change is pending: it takes new instances, which the next deployment launches; next: beanpole deploy ${target}`,
    );
  return notes;
}

const lockNote = ({ holder, reason, acquiredAt, expiresAt }: DeploymentLock, now: number): string =>
  `Locked by ${holder ?? 'someone'} since ${acquiredAt}: ${reason}; the lock frees itself in ${duration(Date.parse(expiresAt) - now)} unless it is renewed.`;

function interruptedNote(record: DeploymentRecord, target: string): string {
  const step =
    record.steps.find(({ status }) => status === 'InProgress') ??
    record.steps.find(({ status }) => status === 'Pending');
  const where = step ? `step "${step.id}" (${step.sentence.replace(/\.$/, '')})` : 'its last step';
  const { resume, abort } = waysOn(record, target);
  return `Deployment ${record.number} of ${record.target.versionLabel} by ${record.startedBy} was interrupted at ${where}; next: beanpole resume ${target} ${resume}${abort === undefined ? '' : `, ${abort}`}.`;
}

function interruptedSwapNote(swap: SwapRecord, target: string): string {
  const step = swap.steps.find(({ status }) => status === 'InProgress' || status === 'Pending');
  return `The ${swapTitle(swap)} by ${swap.startedBy} was interrupted at ${step ? `step "${step.id}"` : 'its last step'}; next: beanpole resume ${target} ${swapWaysOn(swap, target)}.`;
}
