import { displayName } from '../../../model/names.ts';
import { deadlineOf, pollMilliseconds, rowKey, StepFailedError, type Run } from '../run.ts';

/** The load balancer's own judgement: every instance that was deployed to must be healthy. */
export async function waitForTargetHealth(run: Run, signal: AbortSignal): Promise<void> {
  const deadline = deadlineOf(run);
  const target = displayName(run.environment);
  for (let poll = 0; ; poll += 1) {
    const ids = await deployedAndStaying(run);
    if (ids.length === 0) return;
    const health = await run.fleet.targetHealth(ids);
    const sick = ids.filter((id) => health.get(id)?.state !== 'healthy');
    const text = `${target}: ${ids.length - sick.length} of ${ids.length} targets healthy`;
    run.board.row(rowKey(run, 'target-health'), text, sick.length > 0 ? 'running' : 'done', deadline);
    const [first] = sick;
    if (first === undefined) return;
    if (run.clock.now() > deadline) {
      const { state = 'unused', reason } = health.get(first) ?? {};
      throw new StepFailedError(
        `${first}: the load balancer calls it ${state}${reason ? ` (${reason})` : ''}`,
      );
    }
    await run.clock.sleep(pollMilliseconds(poll), signal);
  }
}

async function deployedAndStaying(run: Run): Promise<string[]> {
  const deployed = new Set(
    run.journal.record.instances
      .filter(({ outcome }) => outcome === 'Deployed')
      .map(({ instanceId }) => instanceId),
  );
  const { instances } = await run.fleet.list();
  return instances.filter(({ id, state }) => state === 'InService' && deployed.has(id)).map(({ id }) => id);
}
