import { displayName, type Slot } from '../../../model/names.ts';
import { hasLoadBalancer } from '../policies/policy.ts';
import type { FleetInstance } from '../fleet.ts';
import { bootDeadlineOf, pollMilliseconds, rowKey, StepFailedError, type Perform, type Run } from '../run.ts';

/**
 * Until so many instances are in service, which their agent allows only once they serve what their slot points to,
 * and the load balancer agrees. One that gives up while it boots decides it: its successor would do the same.
 */
export const awaitInstances: Perform<'AwaitInstances'> = async (
  run,
  { id, task: { slot, count } },
  signal,
) => {
  const deadline = bootDeadlineOf(run);
  const { healthyChecks } = run.journal.record.options;
  const booting = new Set<string>();
  const booted = new Set<string>();
  let good = 0;
  for (let poll = 0; ; poll += 1) {
    const { instances } = await run.fleets[slot].list();
    await ensureNoneGaveUp(run, slot, instances, booting);
    for (const instance of booting) booted.add(instance);
    const inService = instances.filter(({ state }) => state === 'InService').map(({ id }) => id);
    const healthy = await healthyOf(run, slot, inService);
    good = inService.length >= count && healthy === inService.length ? good + 1 : 0;
    const isDone = good >= healthyChecks;
    show(run, { id, slot, count }, { instances, healthy, isDone, booted }, deadline);
    if (good >= healthyChecks) return;
    if (run.clock.now() > deadline)
      throw new StepFailedError(
        `only ${healthy} of ${count} instances in slot ${slot} came up healthy in time`,
      );
    await run.clock.sleep(pollMilliseconds(good > 0 ? 0 : poll), signal);
  }
};

/** Remembers who boots; whoever booted and is leaving now has given up. */
async function ensureNoneGaveUp(
  run: Run,
  slot: Slot,
  instances: readonly FleetInstance[],
  booting: Set<string>,
): Promise<void> {
  const states = new Map(instances.map(({ id, state }) => [id, state]));
  for (const id of booting) {
    const state = states.get(id) ?? 'Leaving';
    if (state === 'Leaving') throw new StepFailedError(`${id}: ${await whyItGaveUp(run, slot, id)}`);
    if (state === 'InService') booting.delete(id);
  }
  for (const { id, state } of instances) if (state === 'Booting') booting.add(id);
}

async function whyItGaveUp(run: Run, slot: Slot, id: string): Promise<string> {
  const report = await run.fleets[slot].report(id);
  const [cause] = report?.status === 'Severe' ? report.causes : [];
  return cause?.replace(/\.$/, '') ?? 'was terminated before it came up';
}

async function healthyOf(run: Run, slot: Slot, ids: readonly string[]): Promise<number> {
  const isJudged = hasLoadBalancer(run.environment) && !run.journal.record.options.ignoreHealthCheck;
  if (!isJudged || ids.length === 0) return ids.length;
  const health = await run.fleets[slot].targetHealth(ids);
  return ids.filter((id) => health.get(id)?.state === 'healthy').length;
}

interface Wait {
  readonly id: string;
  readonly slot: Slot;
  readonly count: number;
}

interface Seen {
  readonly instances: readonly FleetInstance[];
  readonly healthy: number;
  readonly isDone: boolean;
  /** Whoever boots, or has booted meanwhile. */
  readonly booted: ReadonlySet<string>;
}

function show(
  run: Run,
  { id, slot, count }: Wait,
  { instances, healthy, isDone, booted }: Seen,
  deadline: number,
): void {
  const target = displayName(run.environment);
  for (const { id: instanceId, state } of instances) {
    if (state === 'Leaving' || !booted.has(instanceId)) continue;
    const key = rowKey(run, instanceId);
    if (state === 'Booting') run.board.row(key, `${target}   ${instanceId}: booting`, 'running', deadline);
    else run.board.row(key, `${target}   ${instanceId}: in service`, 'done');
  }
  const text = `${target}   ${healthy} of ${count} instances of slot ${slot} are up and healthy`;
  run.board.row(rowKey(run, id), text, isDone ? 'done' : 'running', deadline);
}
