import { displayName, keys, type EnvironmentName } from '../../model/names.ts';
import { deploymentLock, type DeploymentLock } from '../../model/schemas.ts';
import { ConflictError, type Documents, type Stored } from '../aws/documents.ts';
import { isoTime, type Clock } from '../clock.ts';
import { exitCodes, UserError } from '../errors.ts';
import type { Board } from '../ui/board.ts';
import { ago, duration } from '../ui/duration.ts';

export const leaseMilliseconds = 15_000;
export const renewMilliseconds = 5_000;

/** A lock held: renewed in the background until it is released or lost. */
export interface Lease {
  /** Every command to an instance carries it; it only ever grows. */
  readonly fencingToken: number;
  /** Number of the newest deployment of this environment; 0 before the first. */
  readonly deployment: number;
  /** Aborted with a `LockLostError` when somebody else has taken over. */
  readonly lost: AbortSignal;
  /** Notes which deployment is under way. */
  begin(deployment: number, reason: string): Promise<void>;
  /** A higher fencing token: instances refuse from now on what was sent with the old one. */
  fence(): Promise<number>;
  release(): Promise<void>;
}

export class DeploymentLockHeldError extends UserError {
  constructor(name: EnvironmentName, lock: DeploymentLock, now: number) {
    const target = displayName(name);
    super(`${target} is locked by ${lock.holder ?? 'another deployment'}: ${lock.reason}.`, {
      exitCode: exitCodes.locked,
      now: [
        `It has held the lock since ${lock.acquiredAt} (${ago(now - Date.parse(lock.acquiredAt))}). Nothing was changed by this command.`,
        `The lock frees itself in ${duration(Date.parse(lock.expiresAt) - now)} if its holder is gone, and when the deployment ends otherwise.`,
      ],
      next: `beanpole status ${target}   (or the same command with --wait-for-lock)`,
    });
    this.name = 'DeploymentLockHeldError';
  }
}

export class LockLostError extends UserError {
  constructor(name: EnvironmentName, why: string) {
    const target = displayName(name);
    super(`The lock of ${target} was lost: ${why}.`, {
      exitCode: exitCodes.locked,
      now: [
        'This command has stopped where it was; whoever holds the lock now continues or undoes the deployment.',
      ],
      next: `beanpole status ${target}`,
    });
    this.name = 'LockLostError';
  }
}

export const isHeld = (
  lock: DeploymentLock | undefined,
  now: number,
): lock is DeploymentLock & { holder: string } =>
  lock !== undefined && lock.holder !== null && Date.parse(lock.expiresAt) > now;

export interface LockRequest {
  readonly documents: Documents;
  readonly name: EnvironmentName;
  readonly holder: string;
  readonly reason: string;
  readonly clock: Clock;
}

/** Takes the lock, also from a holder whose lease has run out. */
export async function acquireLock(request: LockRequest): Promise<Lease> {
  const { documents, name, clock } = request;
  const key = keys.lock(name);
  const found = await documents.read(key, deploymentLock);
  if (isHeld(found?.value, clock.now())) throw new DeploymentLockHeldError(name, found.value, clock.now());
  const taken = takenLock(found?.value, request);
  try {
    const stored = found
      ? await documents.replace(key, taken, found.etag)
      : await documents.create(key, taken);
    return createLease(request, stored);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const winner = (await documents.read(key, deploymentLock))?.value;
    throw winner ? new DeploymentLockHeldError(name, winner, clock.now()) : error;
  }
}

const lookEveryMilliseconds = 1000;

/** Takes the lock as soon as it is free, and says meanwhile who holds it. */
export async function waitForLock(request: LockRequest, board: Board, signal: AbortSignal): Promise<Lease> {
  const key = `${displayName(request.name)} lock`;
  for (;;) {
    try {
      const lease = await acquireLock(request);
      board.row(key, `${displayName(request.name)}: locked by this command`, 'done');
      return lease;
    } catch (error) {
      if (!(error instanceof DeploymentLockHeldError)) throw error;
      board.row(key, `Waiting: ${error.message}`);
    }
    await request.clock.sleep(lookEveryMilliseconds, signal);
  }
}

function takenLock(
  before: DeploymentLock | undefined,
  { holder, reason, clock }: LockRequest,
): DeploymentLock {
  return {
    holder,
    reason,
    fencingToken: (before?.fencingToken ?? 0) + 1,
    deployment: before?.deployment ?? 0,
    acquiredAt: isoTime(clock.now()),
    expiresAt: isoTime(clock.now() + leaseMilliseconds),
  };
}

function createLease({ documents, name, clock }: LockRequest, first: Stored<DeploymentLock>): Lease {
  const key = keys.lock(name);
  const lost = new AbortController();
  const released = new AbortController();
  let stored = first;
  let writing: Promise<unknown> = Promise.resolve();

  /** One write after the other, as each needs the ETag of the one before. */
  function change(changes: Partial<DeploymentLock>): Promise<void> {
    const write = async () => {
      const expiresAt = isoTime(clock.now() + leaseMilliseconds);
      stored = await documents.replace(key, { ...stored.value, expiresAt, ...changes }, stored.etag);
    };
    const next = writing.then(write);
    writing = next.catch(() => undefined);
    return next.catch((error: unknown) => {
      if (error instanceof ConflictError) lose('another command has taken it over');
      throw lost.signal.aborted ? (lost.signal.reason as Error) : error;
    });
  }

  function lose(why: string): void {
    if (!released.signal.aborted) lost.abort(new LockLostError(name, why));
  }

  const over = AbortSignal.any([released.signal, lost.signal]);

  async function renewUntilOver(): Promise<void> {
    for (;;) {
      await clock.sleep(renewMilliseconds, over);
      await change({}).catch(() => {
        if (clock.now() >= Date.parse(stored.value.expiresAt)) lose('it could not be renewed in time');
      });
    }
  }

  // Sleeping ends with an exception when the lease is over.
  renewUntilOver().catch(() => undefined);
  return {
    get fencingToken() {
      return stored.value.fencingToken;
    },
    get deployment() {
      return stored.value.deployment;
    },
    lost: lost.signal,
    begin: (deployment, reason) => change({ deployment, reason }),
    async fence() {
      await change({ fencingToken: stored.value.fencingToken + 1 });
      return stored.value.fencingToken;
    },
    async release() {
      released.abort();
      if (lost.signal.aborted) return;
      // Not being able to say so is no reason to fail: the lease ends by itself.
      await change({ holder: null, expiresAt: isoTime(clock.now()) }).catch(() => undefined);
    },
  };
}
