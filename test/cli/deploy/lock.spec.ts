import { expect } from 'chai';
import { createDocuments } from '../../../cli/aws/documents.ts';
import {
  acquireLock,
  DeploymentLockHeldError,
  leaseMilliseconds,
  LockLostError,
  renewMilliseconds,
  type Lease,
} from '../../../cli/deploy/lock.ts';
import { keys } from '../../../model/names.ts';
import type { DeploymentLock } from '../../../model/schemas.ts';
import { manualClock } from '../support/clocks.ts';
import { name } from '../support/fixtures.ts';
import { memoryBucket } from '../support/memory-bucket.ts';

const key = keys.lock(name);

function setUp() {
  const bucket = memoryBucket();
  const clock = manualClock();
  const documents = createDocuments(bucket.s3, 'shop-versions');
  const leases: Lease[] = [];
  const acquire = async (holder: string) => {
    const lease = await acquireLock({ documents, name, holder, reason: `deploys for ${holder}`, clock });
    leases.push(lease);
    return lease;
  };
  const lock = () => bucket.json(key) as DeploymentLock;
  return { bucket, clock, acquire, lock, leases };
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('acquireLock', () => {
  it('takes a free lock with a token that only grows', async () => {
    const { acquire } = setUp();
    const first = await acquire('ann');
    await first.release();
    const second = await acquire('bob');
    expect([first.fencingToken, second.fencingToken]).to.deep.equal([1, 2]);
    await second.release();
  });

  it('says who holds it, since when, why, and when it frees itself', async () => {
    const { acquire, clock } = setUp();
    const lease = await acquire('ann@laptop');
    await clock.advance(2000);
    const error = (await failureOf(acquire('bob'))) as DeploymentLockHeldError;
    expect(error).to.be.instanceOf(DeploymentLockHeldError);
    expect(error.exitCode).to.equal(5);
    expect(error.message).to.equal('dev/web is locked by ann@laptop: deploys for ann@laptop.');
    expect(error.now.join('\n'))
      .to.contain('2026-05-01T12:00:00.000Z (2 s ago)')
      .and.to.contain('frees itself in 13 s');
    expect(error.next).to.equal('beanpole status dev/web   (or the same command with --wait-for-lock)');
    await lease.release();
  });

  it('keeps it by renewing, as long as its holder lives', async () => {
    const { acquire, clock } = setUp();
    const lease = await acquire('ann');
    for (let renewal = 0; renewal < 10; renewal += 1) await clock.advance(renewMilliseconds);
    expect(await failureOf(acquire('bob'))).to.be.instanceOf(DeploymentLockHeldError);
    await lease.release();
  });

  it('takes over from a holder that has died, and tells a holder that was only slow', async () => {
    const { acquire, clock, bucket } = setUp();
    const slow = await acquire('ann');
    bucket.beforePut = () => {
      throw new Error('the network is down');
    };
    await clock.advance(leaseMilliseconds);
    bucket.beforePut = () => undefined;
    const second = await acquire('bob');
    expect(second.fencingToken).to.equal(2);
    expect(await failureOf(slow.begin(3, 'goes on'))).to.be.instanceOf(LockLostError);
    expect(slow.lost.aborted).to.equal(true);
    await second.release();
  });

  it('is lost when it cannot be renewed until it runs out', async () => {
    const { acquire, clock, bucket } = setUp();
    const lease = await acquire('ann');
    bucket.beforePut = () => {
      throw new Error('the network is down');
    };
    await clock.advance(renewMilliseconds);
    expect(lease.lost.aborted).to.equal(false);
    await clock.advance(renewMilliseconds);
    await clock.advance(renewMilliseconds);
    expect(lease.lost.reason).to.be.instanceOf(LockLostError);
  });

  it('is won by one of two that try at the same moment', async () => {
    const { acquire, leases } = setUp();
    const outcomes = await Promise.allSettled([acquire('ann'), acquire('bob')]);
    expect(outcomes.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    await leases[0]?.release();
  });

  it('is ours when the answer of our own write got lost', async () => {
    const { acquire, bucket } = setUp();
    let lost = false;
    bucket.afterPut = () => {
      if (lost) return;
      lost = true;
      // What the SDK's own repetition of the write then meets.
      throw Object.assign(new Error('At least one of the pre-conditions did not hold'), {
        name: 'PreconditionFailed',
      });
    };
    const lease = await acquire('ann');
    expect(lease.fencingToken).to.equal(1);
    await lease.release();
  });

  it('keeps number and token when it is released', async () => {
    const { acquire, lock } = setUp();
    const lease = await acquire('ann');
    await lease.begin(4, 'deployment 4 of v2');
    expect(await lease.fence()).to.equal(2);
    await lease.release();
    expect(lock()).to.include({ holder: null, deployment: 4, fencingToken: 2 });
  });
});
