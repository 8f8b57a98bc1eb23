import { displayName, type Slot } from '../../../model/names.ts';
import type { InstanceResult, SlotPointer } from '../../../model/schemas.ts';
import { duration } from '../../ui/duration.ts';
import { NotRegisteredError, type Delivery, type Invocation } from '../fleet.ts';
import { deadlineOf, pollMilliseconds, rowKey, StepFailedError, type Run } from '../run.ts';

/** Run Command gives up when an instance has not taken the command by then. */
export const deliverySeconds = 60;
const pollsBetweenListings = 8;
/** Until then the pauses stay short: one look is one call, and most instances are done within seconds. */
const looksAtFirst = 30;

export interface Shipment {
  readonly step: string;
  readonly slot: Slot;
  readonly pointer: SlotPointer;
  readonly signal: AbortSignal;
  /** Ends at the first failure, without waiting for the other instances. */
  readonly failFast: boolean;
  /** Only what is done once per deployment; nothing switches. */
  readonly stage?: 'release';
}

/** Sends a version to instances and waits for the result of each. */
export async function deliver(
  run: Run,
  shipment: Shipment,
  ids: readonly string[],
): Promise<InstanceResult[]> {
  const { step, pointer } = shipment;
  const commandId = await sendWhenRegistered(run, shipment, ids);
  await run.journal.inFlight(step, commandId);
  run.events.write({
    severity: 'INFO',
    message: `Sent ${pointer.versionLabel} to ${ids.join(', ')} (command ${commandId}).`,
  });
  return follow(run, shipment, commandId, ids);
}

/** Waits for the results of a command; also of one that another runner has sent. */
export async function follow(
  run: Run,
  shipment: Shipment,
  commandId: string,
  ids: readonly string[] = [],
): Promise<InstanceResult[]> {
  const delivery = deliveryOf(run, shipment);
  const deadline = deadlineOf(run) + deliverySeconds * 1000;
  let gone = new Set<string>();
  for (let poll = 0; ; poll += 1) {
    const invocations = await run.fleets[shipment.slot].invocations(commandId, delivery);
    const counted = invocations.filter(
      ({ instanceId, result }) => result !== undefined || !gone.has(instanceId),
    );
    for (const invocation of counted) show(run, shipment.pointer, invocation, deadline);
    const results = counted.flatMap(({ result }) => (result ? [result] : []));
    const open = missing(counted, ids, gone);
    showCount(run, shipment, results.filter(isDone).length, results.length + open.length, deadline);
    if (open.length === 0 || (shipment.failFast && results.some((result) => !isDone(result))))
      return keep(run, results);
    if (run.clock.now() > deadline)
      return keep(run, [...results, ...open.map((id) => withoutAnswer(id, delivery))]);
    if (poll % pollsBetweenListings === pollsBetweenListings - 1)
      gone = await leaving(run, shipment, [...ids, ...open]);
    await run.clock.sleep(pollMilliseconds(Math.max(0, poll - looksAtFirst)), shipment.signal);
  }
}

async function keep(run: Run, results: InstanceResult[]): Promise<InstanceResult[]> {
  await run.journal.results(results);
  for (const result of results)
    run.events.write({
      severity: isDone(result) ? 'INFO' : 'ERROR',
      instanceId: result.instanceId,
      message: messageOf(result),
    });
  return results;
}

const isDone = ({ outcome }: InstanceResult): boolean => outcome === 'Deployed' || outcome === 'Prepared';

function messageOf({ outcome, versionLabel, reason }: InstanceResult): string {
  if (outcome === 'Deployed') return `Runs ${versionLabel}.`;
  if (outcome === 'Prepared') return `Has done what is done once for ${versionLabel}.`;
  return `${versionLabel} was not deployed: ${reason ?? outcome}`;
}

/** An instance in service may still be on its way to Systems Manager: waits for it. */
async function sendWhenRegistered(run: Run, shipment: Shipment, ids: readonly string[]): Promise<string> {
  const { slot, signal } = shipment;
  const delivery = deliveryOf(run, shipment);
  const deadline = deadlineOf(run);
  for (let poll = 0; ; poll += 1) {
    try {
      return await run.fleets[slot].send(ids, delivery);
    } catch (error) {
      if (!(error instanceof NotRegisteredError)) throw error;
      if (run.clock.now() > deadline) throw new StepFailedError(error.message);
      run.board.row(
        rowKey(run, 'registered'),
        `${displayName(run.environment)}   waiting until its instances take commands`,
        'running',
        deadline,
      );
    }
    await run.clock.sleep(pollMilliseconds(poll), signal);
  }
}

function deliveryOf(run: Run, { pointer, stage }: Shipment): Delivery {
  const { number } = run.journal.record;
  const { fencingToken } = run.lease;
  const target = displayName(run.environment);
  return {
    pointer,
    deployment: number,
    fencingToken,
    timeoutSeconds: run.environment.deploymentTimeoutSeconds,
    comment: `${target}: deployment ${number}, ${pointer.versionLabel}`.slice(0, 100),
    ...(stage && { stage }),
  };
}

function missing(
  invocations: readonly Invocation[],
  ids: readonly string[],
  gone: ReadonlySet<string>,
): string[] {
  const ended = new Set(invocations.filter(({ result }) => result).map(({ instanceId }) => instanceId));
  const expected = new Set([...ids, ...invocations.map(({ instanceId }) => instanceId)]);
  return [...expected].filter((id) => !ended.has(id) && !gone.has(id));
}

/** Instances that left the group meanwhile have no result to wait for. */
async function leaving(run: Run, { slot }: Shipment, ids: readonly string[]): Promise<Set<string>> {
  const { instances } = await run.fleets[slot].list();
  const staying = new Set(instances.filter(({ state }) => state !== 'Leaving').map(({ id }) => id));
  return new Set(ids.filter((id) => !staying.has(id)));
}

function show(
  run: Run,
  pointer: SlotPointer,
  { instanceId, status, result }: Invocation,
  deadline: number,
): void {
  const what = `${displayName(run.environment)}   ${instanceId}: ${pointer.versionLabel}`;
  const key = rowKey(run, instanceId);
  if (!result)
    run.board.row(key, `${what} ${status === 'Pending' ? 'sent' : 'deploying'}`, 'running', deadline);
  else if (isDone(result)) run.board.row(key, `${what} ${phasesOf(result)}`, 'done');
  else run.board.row(key, `${what}: ${result.reason ?? result.outcome}`, 'failed');
}

/** One line for all of them, where there is more than one. */
function showCount(run: Run, { step, pointer }: Shipment, done: number, all: number, deadline: number): void {
  if (all < 2) return;
  const text = `${displayName(run.environment)}   ${done} of ${all} instances are done with ${pointer.versionLabel}`;
  run.board.row(rowKey(run, `${step} count`), text, done === all ? 'done' : 'running', deadline);
}

const phasesOf = ({ phases }: InstanceResult): string =>
  phases.length > 0
    ? `(${phases.map(({ name, milliseconds }) => `${name} ${duration(milliseconds)}`).join(', ')})`
    : 'deployed';

const withoutAnswer = (
  instanceId: string,
  { pointer, deployment, timeoutSeconds }: Delivery,
): InstanceResult => ({
  instanceId,
  outcome: 'Failed',
  versionLabel: pointer.versionLabel,
  deployment,
  serving: null,
  reason: `did not answer within ${duration((timeoutSeconds + deliverySeconds) * 1000)}`,
  lastLines: [],
  phases: [],
});
