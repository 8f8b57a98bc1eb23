import type { CommandStatus } from '@aws-sdk/client-ssm';
import type { StoredCommand, StoredInvocation } from './state.ts';

/** The rules of Run Command as pure functions: whom to send to next, and what became of the command. */

type Limits = Pick<StoredCommand, 'maxConcurrency' | 'maxErrors' | 'cancelling'>;
type Outcome = Pick<StoredInvocation, 'instanceId' | 'status' | 'statusDetails'>;

export const concurrencyPattern = /^([1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$/;
export const errorsPattern = /^([1-9][0-9]*|0|[1-9][0-9]%|[0-9]%|100%)$/;

/** A number, or a percentage of the targets; AWS does not document its rounding, we round down. */
export function amount(text: string, total: number): number {
  return text.endsWith('%') ? Math.floor((Number(text.slice(0, -1)) * total) / 100) : Number(text);
}

/**
 * The invocations to send now. `waves` are the deliveries so far: the first goes to one instance, each
 * further one to twice as many, until MaxConcurrency are in flight.
 */
export function nextWave(limits: Limits, invocations: readonly Outcome[], waves: number): string[] {
  if (limits.cancelling || tooManyErrors(limits, invocations)) return [];
  const concurrency = Math.max(1, amount(limits.maxConcurrency, invocations.length));
  const inFlight = invocations.filter(({ status }) => status === 'InProgress' || status === 'Delayed').length;
  const room = Math.min(concurrency - inFlight, 2 ** Math.min(waves, 16));
  return invocations
    .filter(({ status }) => status === 'Pending')
    .slice(0, Math.max(0, room))
    .map(({ instanceId }) => instanceId);
}

/** True once error number MaxErrors + 1 has come. */
export const tooManyErrors = (
  { maxErrors }: Pick<Limits, 'maxErrors'>,
  invocations: readonly Outcome[],
): boolean => countErrors(invocations) > amount(maxErrors, invocations.length);

/** Failures of the command itself. Instances that could not be reached do not count. */
export const countErrors = (invocations: readonly Outcome[]): number => invocations.filter(isError).length;

const isError = ({ statusDetails }: Outcome): boolean =>
  statusDetails === 'Failed' || statusDetails === 'ExecutionTimedOut';

export const isOver = ({ status }: Pick<Outcome, 'status'>): boolean =>
  ['Success', 'Failed', 'TimedOut', 'Cancelled'].includes(status);

/** The command's own status, from those of its invocations. */
export function commandStatus(
  limits: Limits,
  invocations: readonly Outcome[],
): { status: CommandStatus; statusDetails: string } {
  if (invocations.length === 0) return { status: 'Success', statusDetails: 'NoInstancesInTag' };
  if (!invocations.every(isOver)) return same(unfinishedStatus(limits, invocations));
  if (limits.cancelling && invocations.some(({ status }) => status === 'Cancelled')) return same('Cancelled');
  const errors = invocations.filter(isError);
  if (tooManyErrors(limits, invocations)) {
    const timedOut = errors.every(({ statusDetails }) => statusDetails === 'ExecutionTimedOut');
    return timedOut ? { status: 'TimedOut', statusDetails: 'ExecutionTimedOut' } : same('Failed');
  }
  if (invocations.every(({ statusDetails }) => statusDetails === 'DeliveryTimedOut')) {
    return { status: 'TimedOut', statusDetails: 'DeliveryTimedOut' };
  }
  // Errors within MaxErrors are a success to AWS; instances never reached are not.
  const unreached = invocations.filter(({ status }) => status !== 'Success').length > errors.length;
  return unreached ? { status: 'Failed', statusDetails: 'Incomplete' } : same('Success');
}

function unfinishedStatus({ cancelling }: Limits, invocations: readonly Outcome[]): CommandStatus {
  if (cancelling) return 'Cancelling';
  return invocations.every(({ status }) => status === 'Pending') ? 'Pending' : 'InProgress';
}

const same = (status: CommandStatus) => ({ status, statusDetails: status });
