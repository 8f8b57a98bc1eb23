/** Brings a started instance to its slot's version and lets traffic in. */
import { keys, launchHook, type Slot } from '../model/names.ts';
import type { CurrentPointer, InstanceResult } from '../model/schemas.ts';
import type { Clock } from './clock.ts';
import { bootAction } from './deploy/boot-action.ts';
import type { DeploymentOrder } from './deploy/fencing.ts';
import type { SendErrand } from './errands/contract.ts';
import type { Facts } from './instance.ts';
import type { AgentState } from './state.ts';

export interface BootParts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly slot: Slot;
  readonly facts: Facts;
  readonly state: () => AgentState;
  readonly errand: SendErrand;
  /** Repeats an attempt until it succeeds; the concern is told in health and events meanwhile. */
  readonly persistently: <T>(concern: string, attempt: () => Promise<T>) => Promise<T>;
  readonly deploy: (order: DeploymentOrder) => Promise<InstanceResult>;
  readonly showPlaceholder: () => Promise<void>;
  /** The instance serves what it can; undefined: all is well. */
  readonly onBooted: (problem: string | undefined) => void;
  readonly say: (line: string) => void;
}

export async function boot(parts: BootParts): Promise<void> {
  const pointer = await parts.persistently('pointer', () =>
    parts.errand('pointer', {
      bucket: parts.facts.descriptor.bucket,
      key: keys.current(parts.facts.descriptor),
    }),
  );
  const problem = await bringUp(parts, pointer);
  const isServing = problem === undefined || parts.state().live !== null;
  parts.onBooted(problem);
  await Promise.all([
    completeLaunch(parts, isServing ? 'CONTINUE' : 'ABANDON'),
    // Beside an active slot the other one must not take its address away: a deployment moves it.
    isServing && (pointer?.active ?? parts.slot) === parts.slot && associateAddress(parts),
  ]);
}

/** Why the version could not be started; undefined when it was, or nothing was to be done. */
async function bringUp(parts: BootParts, pointer: CurrentPointer | null): Promise<string | undefined> {
  const action = bootAction(pointer, parts.slot, parts.state().live);
  if (action.kind === 'ShowPlaceholder') await parts.showPlaceholder();
  if (action.kind !== 'Deploy') return undefined;
  const { outcome, reason } = await parts.deploy(action.order);
  return outcome === 'Failed' ? (reason ?? 'no reason') : undefined;
}

async function associateAddress({ facts, persistently, errand, say }: BootParts): Promise<void> {
  const { elasticIpAllocationId: allocationId } = facts.descriptor;
  if (allocationId === undefined) return;
  const { instanceId } = facts.identity;
  await persistently('Elastic IP', () => errand('address', { allocationId, instanceId }));
  say('The Elastic IP is associated.');
}

const mostLooks = 120;
const pauseMilliseconds = 1000;

/** The hook may begin to wait a moment after the instance runs: asks until it does, or is past it. */
async function completeLaunch(parts: BootParts, result: 'CONTINUE' | 'ABANDON'): Promise<void> {
  const { clock, errand, facts, persistently, say, signal } = parts;
  const input = { instanceId: facts.identity.instanceId, hook: launchHook, result };
  for (let looks = 0; looks < mostLooks; looks++) {
    const { state, completed } = await persistently('launch hook', () => errand('lifecycle', input));
    if (completed) say(`The launch hook is completed with ${result}.`);
    if (completed || state?.startsWith('Pending') !== true) return;
    await clock.sleep(pauseMilliseconds, signal);
  }
}
