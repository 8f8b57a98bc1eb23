import { displayName } from '../../../model/names.ts';
import {
  deadlineOf,
  pollMilliseconds,
  requireDeployed,
  rowKey,
  type Doing,
  type Perform,
  type Run,
} from '../run.ts';
import { deliver, follow, type Shipment } from './deliver.ts';

/** The version goes to instances in service, in one command; joins a command that is in flight already. */
export const deployToInstances: Perform<'Deploy'> = async (run, doing, signal) => {
  const { target, steps } = run.journal.record;
  const shipment: Shipment = {
    step: doing.id,
    slot: doing.task.slot,
    pointer: target,
    signal,
    failFast: true,
  };
  const inFlight = steps.find(({ id }) => id === doing.id)?.commandId;
  if (inFlight !== undefined) {
    requireDeployed(await follow(run, shipment, inFlight));
    return;
  }
  const ids = await instancesInService(run, doing.task, signal);
  // Without any instance in service there is nothing to gate on here: those that boot are gated when they settle.
  if (ids.length > 0) requireDeployed(await deliver(run, shipment, ids));
};

/** Ids of the wanted instances in service; waits for the first one of a group that is just coming up. */
export async function instancesInService(
  run: Run,
  { slot, instanceIds, exceptIds = [] }: Pick<Doing<'Deploy'>['task'], 'slot' | 'instanceIds' | 'exceptIds'>,
  signal: AbortSignal,
): Promise<string[]> {
  const deadline = deadlineOf(run);
  const target = displayName(run.environment);
  for (let poll = 0; ; poll += 1) {
    const { instances, desired } = await run.fleets[slot].list();
    const inService = instances.filter(({ state }) => state === 'InService').map(({ id }) => id);
    // Named ones that left the group meanwhile are not waited for: whoever replaces them settles at the end.
    if (instanceIds) return inService.filter((id) => instanceIds.includes(id));
    const wanted = inService.filter((id) => !exceptIds.includes(id));
    if (inService.length > 0 || desired === 0 || run.clock.now() > deadline) return wanted;
    run.board.row(
      rowKey(run, 'instances'),
      `${target}   waiting for its first instance (0 of ${desired} in service)`,
      'running',
      deadline,
    );
    await run.clock.sleep(pollMilliseconds(poll), signal);
  }
}
