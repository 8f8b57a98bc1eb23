/** Every policy, step and fault that a deployment of four instances can meet; from the plans themselves. */
import { planDeployment } from '../../cli/deploy/plan.ts';
import { policies } from '../../cli/deploy/policies/index.ts';
import type { DeploymentPolicy } from '../../model/schemas.ts';
import { balanced, configuration, group, pointer, version } from '../cli/support/fixtures.ts';

export const policyNames = Object.keys(policies) as DeploymentPolicy[];

export interface Combination {
  readonly policy: DeploymentPolicy;
  /** Which step of the plan; the slots, and so the ids, alternate. */
  readonly index: number;
  readonly step: string;
  readonly fault: string;
}

export const combinations = (faults: readonly string[]): Combination[] =>
  policyNames.flatMap((policy) =>
    stepsOf(policy).flatMap((step, index) => faults.map((fault) => ({ policy, index, step, fault }))),
  );

const stepsOf = (policy: DeploymentPolicy): string[] =>
  planDeployment({
    environment: balanced(),
    current: { active: 'blue', slots: { blue: pointer('v1', 1), green: null } },
    version: version('v2'),
    configuration,
    groups: { blue: group(['i-1', 'i-2', 'i-3', 'i-4']), green: group() },
    policy,
    options: { batchSizeType: 'Fixed', batchSize: 2 },
  }).steps.map(({ id }) => id);

/** Some of them, the same ones for the same seed. */
export function sample<T>(all: readonly T[], count: number, seed: number): T[] {
  let state = seed;
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31);
  return Array.from({ length: count }, () => all[next() % all.length]).filter((each) => each !== undefined);
}
