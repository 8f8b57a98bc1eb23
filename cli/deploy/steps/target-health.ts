import { displayName, type Slot } from '../../../model/names.ts';
import { deadlineOf, pollMilliseconds, rowKey, StepFailedError, type Perform, type Run } from '../run.ts';

/** The load balancer's own judgement: every instance that was deployed to must be healthy, several looks in a row. */
export const waitForTargetHealth: Perform<'AwaitTargetHealth'> = async (
  run,
  { id, task: { slot } },
  signal,
) => {
  const deadline = deadlineOf(run);
  const target = displayName(run.environment);
  const { healthyChecks } = run.journal.record.options;
  let good = 0;
  for (let poll = 0; ; poll += 1) {
    const ids = await deployedAndStaying(run, slot);
    if (ids.length === 0) return;
    const health = await run.fleets[slot].targetHealth(ids);
    const sick = ids.filter((id) => health.get(id)?.state !== 'healthy');
    const [first] = sick;
    good = first === undefined ? good + 1 : 0;
    const text = `${target}   ${ids.length - sick.length} of ${ids.length} targets healthy`;
    run.board.row(rowKey(run, id), text, good < healthyChecks ? 'running' : 'done', deadline);
    if (good >= healthyChecks) return;
    if (first !== undefined && run.clock.now() > deadline) {
      const { state = 'unused', reason } = health.get(first) ?? {};
      throw new StepFailedError(
        `${first}: the load balancer calls it ${state}${reason ? ` (${reason})` : ''}`,
      );
    }
    await run.clock.sleep(pollMilliseconds(good > 0 ? 0 : poll), signal);
  }
};

async function deployedAndStaying(run: Run, slot: Slot): Promise<string[]> {
  const deployed = new Set(
    run.journal.record.instances
      .filter(({ outcome }) => outcome === 'Deployed')
      .map(({ instanceId }) => instanceId),
  );
  const { instances } = await run.fleets[slot].list();
  return instances.filter(({ id, state }) => state === 'InService' && deployed.has(id)).map(({ id }) => id);
}
