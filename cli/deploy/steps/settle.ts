import { displayName } from '../../../model/names.ts';
import type { FleetInstance } from '../fleet.ts';
import {
  deadlineOf,
  pollMilliseconds,
  requireDeployed,
  rowKey,
  StepFailedError,
  type Perform,
  type Run,
} from '../run.ts';
import { deliver, type Shipment } from './deliver.ts';

/** Forward: until every instance, those just booting included, runs the new version. */
export const settle: Perform<'Settle'> = async (run, { id: step, task: { slot } }, signal) => {
  const { target, instances } = run.journal.record;
  const arrived = new Set(
    instances.filter(({ outcome }) => outcome === 'Deployed').map(({ instanceId }) => instanceId),
  );
  const reports = async ({ id }: FleetInstance): Promise<boolean> => {
    const report = await run.fleets[slot].report(id);
    return report?.versionLabel === target.versionLabel && report.deployment >= target.deployment;
  };
  await converge(run, { step, slot, pointer: target, signal, failFast: true }, arrived, reports);
};

/** Back: until every instance runs the previous version again. */
export const returnInstances: Perform<'ReturnInstances'> = async (
  run,
  { id: step, task: { slot } },
  signal,
) => {
  const { previous, instances } = run.journal.record;
  if (!previous) return;
  // A failed instance never switched. Any other may have, whatever its last report says: it is told again.
  const never = instances.filter(
    ({ outcome, serving }) => outcome === 'Failed' && serving === previous.versionLabel,
  );
  const arrived = new Set(never.map(({ instanceId }) => instanceId));
  const shipment: Shipment = { step, slot, pointer: previous, signal, failFast: false };
  await converge(run, shipment, arrived, () => Promise.resolve(false));
};

/** Lists the group again and again; whoever is in service and not there yet is sent the version. */
async function converge(
  run: Run,
  shipment: Shipment,
  arrived: Set<string>,
  reports: (instance: FleetInstance) => Promise<boolean>,
): Promise<void> {
  const deadline = deadlineOf(run);
  for (let poll = 0; ; poll += 1) {
    const { instances, desired } = await run.fleets[shipment.slot].list();
    const counted = instances.filter(({ state }) => state !== 'Leaving');
    const unconfirmed = counted.filter(({ id }) => !arrived.has(id));
    await Promise.all(
      unconfirmed.map(async (instance) => (await reports(instance)) && arrived.add(instance.id)),
    );
    // A booting instance may report its version before it is in service; it counts when it is.
    const behind = counted.filter(({ id, state }) => !arrived.has(id) || state === 'Booting');
    show(run, shipment, counted.length - behind.length, counted.length, deadline);
    if (behind.length === 0 && (counted.length > 0 || desired === 0)) return;
    const ready = behind.filter(({ state }) => state === 'InService').map(({ id }) => id);
    if (ready.length > 0) {
      const results = await deliver(run, shipment, ready);
      for (const { instanceId, outcome } of results) if (outcome === 'Deployed') arrived.add(instanceId);
      requireDeployed(results);
      continue;
    }
    if (run.clock.now() > deadline) throw notSettled(shipment, behind, desired);
    await run.clock.sleep(pollMilliseconds(poll), shipment.signal);
  }
}

function show(run: Run, { step, pointer }: Shipment, there: number, all: number, deadline: number): void {
  const text = `${displayName(run.environment)}   ${there} of ${all} instances run ${pointer.versionLabel}`;
  run.board.row(rowKey(run, step), text, there === all ? 'done' : 'running', deadline);
}

function notSettled(
  { pointer }: Shipment,
  behind: readonly FleetInstance[],
  desired: number,
): StepFailedError {
  const label = pointer.versionLabel;
  if (behind.length === 0)
    return new StepFailedError(`none of ${desired} wanted instances came up with ${label} in time`);
  return new StepFailedError(`${behind.map(({ id }) => id).join(', ')}: still not in service with ${label}`);
}
