import { displayName } from '../../../model/names.ts';
import { deadlineOf, pollMilliseconds, requireDeployed, rowKey, type Run } from '../run.ts';
import { deliver, follow, type Shipment } from './deliver.ts';

/** AllAtOnce: the version goes to every instance in service; joins a command that is in flight already. */
export async function deployToInstances(run: Run, signal: AbortSignal): Promise<void> {
  const { target, steps } = run.journal.record;
  const shipment: Shipment = { step: 'instances', pointer: target, signal, failFast: true };
  const inFlight = steps.find(({ id }) => id === 'instances')?.commandId;
  if (inFlight !== undefined) {
    requireDeployed(await follow(run, shipment, inFlight));
    return;
  }
  const ids = await waitForInstances(run, signal);
  // Without any instance in service there is nothing to gate on here: those that boot are gated when they settle.
  if (ids.length > 0) requireDeployed(await deliver(run, shipment, ids));
}

/** Ids of the instances in service; waits for the first one of a group that is just coming up. */
async function waitForInstances(run: Run, signal: AbortSignal): Promise<string[]> {
  const deadline = deadlineOf(run);
  const target = displayName(run.environment);
  for (let poll = 0; ; poll += 1) {
    const { instances, desired } = await run.fleet.list();
    const ids = instances.filter(({ state }) => state === 'InService').map(({ id }) => id);
    if (ids.length > 0 || desired === 0 || run.clock.now() > deadline) return ids;
    run.board.row(
      rowKey(run, 'instances'),
      `${target}: waiting for its first instance (0 of ${desired} in service)`,
      'running',
      deadline,
    );
    await run.clock.sleep(pollMilliseconds(poll), signal);
  }
}
