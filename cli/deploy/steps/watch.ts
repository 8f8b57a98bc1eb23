import { displayName, type Slot } from '../../../model/names.ts';
import { hasLoadBalancer } from '../policies/policy.ts';
import { rowKey, StepFailedError, type Perform, type Run } from '../run.ts';

const lookEveryMilliseconds = 1000;

/** Looks for as long as the task says; the first unhealthy instance or ringing alarm ends it. */
export const watch: Perform<'Watch'> = async (run, { id, task: { slot, seconds } }, signal) => {
  const end = startOf(run, id) + seconds * 1000;
  const text = `${displayName(run.environment)}   watching slot ${slot}`;
  for (;;) {
    await ensureHealthy(run, slot);
    const left = end - run.clock.now();
    run.board.row(rowKey(run, id), text, left > 0 ? 'running' : 'done', end);
    if (left <= 0) return;
    await run.clock.sleep(Math.min(lookEveryMilliseconds, left), signal);
  }
};

/** A runner that takes over does not begin from the start. */
function startOf({ journal, clock }: Run, id: string): number {
  const startedAt = journal.record.steps.find((step) => step.id === id)?.startedAt;
  return startedAt === undefined ? clock.now() : Date.parse(startedAt);
}

async function ensureHealthy(run: Run, slot: Slot): Promise<void> {
  const { alarms, ignoreHealthCheck } = run.journal.record.options;
  const [alarm] = alarms.length > 0 ? await run.alarms.ringing(alarms) : [];
  if (alarm !== undefined) throw new StepFailedError(`alarm ${alarm}`);
  if (ignoreHealthCheck || !hasLoadBalancer(run.environment)) return;
  const { instances } = await run.fleets[slot].list();
  const ids = instances.filter(({ state }) => state === 'InService').map(({ id }) => id);
  if (ids.length === 0) throw new StepFailedError(`slot ${slot} has no instance in service any more`);
  const health = await run.fleets[slot].targetHealth(ids);
  const sick = ids.find((id) => health.get(id)?.state === 'unhealthy');
  if (sick !== undefined)
    throw new StepFailedError(
      `${sick}: the load balancer calls it unhealthy (${health.get(sick)?.reason ?? 'no reason'})`,
    );
}
