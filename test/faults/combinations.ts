/** Every policy, step and fault that a deployment of four instances can meet; from the plans themselves. */
import { planDeployment } from '../../cli/deploy/plan.ts';
import { policies } from '../../cli/deploy/policies/index.ts';
import { otherSlot } from '../../cli/deploy/policies/policy.ts';
import type { Slot } from '../../model/names.ts';
import type { DeploymentPolicy, DeploymentRecord } from '../../model/schemas.ts';
import { balanced, configuration, group, pointer, version } from '../cli/support/fixtures.ts';
import { faults, type Fault } from './faults.ts';

export const policyNames = Object.keys(policies) as DeploymentPolicy[];

export interface Combination {
  /** From 1, in the order in which `npm run test:faults` tries them. */
  readonly number: number;
  readonly policy: DeploymentPolicy;
  /** As `stepName` tells it. */
  readonly step: string;
  readonly fault: Fault;
  /** What ends it when its command does not. */
  readonly wayOn: 'resume' | 'abort';
}

/** The ways on alternate, so that each fault meets both in every policy. */
export const combinations: readonly Combination[] = policyNames
  .flatMap((policy) =>
    stepsOf(policy).flatMap((step, index) =>
      faults.map((fault, column) => ({ policy, step, fault, isEven: (index + column) % 2 === 0 })),
    ),
  )
  .map(({ isEven, ...each }, index) => ({
    ...each,
    number: index + 1,
    wayOn: isEven ? 'resume' : 'abort',
  }));

export const titleOf = ({ policy, step, fault, wayOn }: Combination): string =>
  `${policy}, ${step}: ${fault.title}${fault.endsCommand ? `, then ${wayOn}` : ''}`;

function stepsOf(policy: DeploymentPolicy): string[] {
  const { steps } = planDeployment({
    environment: balanced(),
    current: { active: 'blue', slots: { blue: pointer('v1', 1), green: null } },
    version: version('v2'),
    configuration,
    groups: { blue: group(['i-1', 'i-2', 'i-3', 'i-4']), green: group() },
    policy,
    options: { batchSizeType: 'Fixed', batchSize: 2 },
  });
  return steps.map(({ id }) => nameOf(id, 'blue'));
}

/** A step's id, but for the colours: `suspend-active` whichever slot is active. */
export const stepName = ({ policy, slot }: DeploymentRecord, id: string): string =>
  nameOf(id, policies[policy].isInPlace ? slot : otherSlot(slot));

function nameOf(id: string, active: Slot): string {
  return id
    .replace(new RegExp(`-${active}$`), '-active')
    .replace(new RegExp(`-${otherSlot(active)}$`), '-idle');
}

/** Some of them, the same ones for the same seed. */
export function sample<T>(all: readonly T[], count: number, seed: number): T[] {
  let state = seed;
  // The high digits: the low ones of such a generator repeat soon.
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const left = [...all];
  return Array.from({ length: Math.min(count, all.length) }, () =>
    left.splice(Math.floor(next() * left.length), 1),
  ).flat();
}
