import { displayName, type Slot } from '../../../model/names.ts';
import { StepFailedError, type Perform, type Run } from '../run.ts';
import { deliver, follow, type Shipment } from './deliver.ts';
import { instancesInService } from './deploy.ts';

/**
 * One instance prepares the version and does what is done once per deployment: the Procfile's `release`, and the
 * container commands for the leader. Nothing switches there.
 */
export const runOnce: Perform<'RunOnce'> = async (run, doing, signal) => {
  const { target, steps } = run.journal.record;
  const { slot } = doing.task;
  const shipment: Shipment = {
    step: doing.id,
    slot,
    pointer: target,
    signal,
    failFast: true,
    stage: 'release',
  };
  const inFlight = steps.find(({ id }) => id === doing.id)?.commandId;
  const results = inFlight === undefined ? undefined : await follow(run, shipment, inFlight);
  const [result] = results ?? (await deliver(run, shipment, await oneInstance(run, slot, signal)));
  if (result?.outcome !== 'Prepared')
    throw new StepFailedError(
      `${result?.instanceId ?? 'no instance'}: ${result?.reason ?? 'did not prepare the version'}`,
    );
};

async function oneInstance(run: Run, slot: Slot, signal: AbortSignal): Promise<string[]> {
  const [first] = await instancesInService(run, { slot }, signal);
  if (first !== undefined) return [first];
  throw new StepFailedError(
    `${displayName(run.environment)} has no instance in service that could do what is done once per deployment`,
  );
}
