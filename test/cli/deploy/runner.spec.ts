import { expect } from 'chai';
import fc from 'fast-check';
import { createDocuments } from '../../../cli/aws/documents.ts';
import type { Group } from '../../../cli/deploy/group.ts';
import { openJournal } from '../../../cli/deploy/journal.ts';
import { LockLostError, type Lease } from '../../../cli/deploy/lock.ts';
import { openRecord, planDeployment } from '../../../cli/deploy/plan.ts';
import { createPointers } from '../../../cli/deploy/pointers.ts';
import type { Run } from '../../../cli/deploy/run.ts';
import { runDeployment } from '../../../cli/deploy/runner.ts';
import { InterruptedError } from '../../../cli/errors.ts';
import { keys } from '../../../model/names.ts';
import {
  currentPointer,
  deploymentRecord,
  type CurrentPointer,
  type DeploymentRecord,
  type EnvironmentDescriptor,
  type VersionManifest,
} from '../../../model/schemas.ts';
import { leapingClock } from '../support/clocks.ts';
import { configuration, environment, groups, name, pointer, version } from '../support/fixtures.ts';
import { memoryBucket } from '../support/memory-bucket.ts';
import { simulatedFleet, type SimulatedFleet } from '../support/simulated-fleet.ts';

const balanced = environment({
  type: 'LoadBalanced',
  slots: {
    blue: { ...environment().slots.blue, targetGroupArn: 'arn:blue' },
    green: { ...environment().slots.green, targetGroupArn: 'arn:green' },
  },
});

/** In place AllAtOnce changes nothing of the groups. */
const untouchedGroup: Group = {
  observe: () => Promise.resolve(groups().blue),
  resize: () => Promise.reject(new Error('resized')),
  useLaunchTemplate: () => Promise.reject(new Error('template changed')),
  suspend: () => Promise.reject(new Error('suspended')),
  resume: () => Promise.reject(new Error('resumed')),
};

interface Stage {
  readonly run: Run;
  readonly fleet: SimulatedFleet;
  readonly interrupt: AbortController;
  readonly lost: AbortController;
  readonly events: string[];
  deploy(): Promise<DeploymentRecord>;
  /** Another process goes on with the stored record. */
  resume(): Promise<DeploymentRecord>;
  current(): CurrentPointer;
  record(): DeploymentRecord;
  bucket: ReturnType<typeof memoryBucket>;
}

async function stageOf(
  options: { first?: boolean; descriptor?: EnvironmentDescriptor; target?: VersionManifest } = {},
): Promise<Stage> {
  const { first = false, descriptor = balanced, target = version('v2') } = options;
  const bucket = memoryBucket();
  const documents = createDocuments(bucket.s3, 'shop-versions');
  const before: CurrentPointer | undefined = first
    ? undefined
    : { active: 'blue', slots: { blue: pointer('v1', 1), green: null } };
  if (before) bucket.put(keys.current(name), before);
  const clock = leapingClock();
  const lost = new AbortController();
  const interrupt = new AbortController();
  const fleet = simulatedFleet();
  const events: string[] = [];
  let token = 5;
  const lease: Lease = {
    get fencingToken() {
      return token;
    },
    deployment: 2,
    lost: lost.signal,
    begin: () => Promise.resolve(),
    fence: () => Promise.resolve((token += 1)),
    release: () => Promise.resolve(),
  };
  const plan = planDeployment({
    environment: descriptor,
    current: before,
    version: target,
    configuration,
    groups: groups(),
  });
  const opened = openRecord(plan, {
    number: 2,
    fencingToken: token,
    startedBy: 'ann',
    startedAt: '2026-05-01T12:00:00.000Z',
  });
  const key = keys.deployment(name, 2);
  const runOf = (stored: Parameters<typeof openJournal>[2]): Run => ({
    environment: descriptor,
    fleets: { blue: fleet, green: simulatedFleet() },
    groups: { blue: untouchedGroup, green: untouchedGroup },
    traffic: { shift: () => Promise.resolve(), moveAddress: () => Promise.resolve() },
    alarms: { ringing: () => Promise.resolve([]), missing: () => Promise.resolve([]) },
    journal: openJournal(documents, name, stored, clock),
    pointers: createPointers(documents, name),
    lease,
    events: { write: ({ message }) => events.push(message) },
    clock,
    board: { row: () => undefined, line: () => undefined, close: () => undefined },
  });
  const run = runOf(await documents.create(key, opened));
  return {
    run,
    fleet,
    interrupt,
    lost,
    events,
    bucket,
    deploy: () => runDeployment(run, interrupt.signal, 'ann@laptop'),
    async resume() {
      token += 1;
      const stored = await documents.read(key, deploymentRecord);
      if (!stored) throw new Error('the record is stored');
      return runDeployment(runOf(stored), new AbortController().signal, 'bob@desk');
    },
    current: () => currentPointer.parse(bucket.json(keys.current(name))),
    record: () => deploymentRecord.parse(bucket.json(key)),
  };
}

const serving = ({ fleet }: Stage) => [...fleet.machines.values()].map((machine) => machine.serving);
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('runDeployment', () => {
  it('brings every instance and the pointer to the version', async () => {
    const stage = await stageOf();
    for (const id of ['i-1', 'i-2', 'i-3']) stage.fleet.add(id);
    const record = await stage.deploy();
    expect(record.status).to.equal('Succeeded');
    expect(serving(stage)).to.deep.equal(['v2', 'v2', 'v2']);
    expect(stage.current().slots.blue).to.include({ versionLabel: 'v2', deployment: 2 });
    expect(stage.fleet.sent).to.have.length(1);
    expect(stage.fleet.sent[0]?.delivery).to.include({ deployment: 2, fencingToken: 5, timeoutSeconds: 300 });
    expect(record.steps.map(({ status }) => status)).to.deep.equal(['Done', 'Done', 'Done', 'Done']);
  });

  it('waits for an instance that does what is done once per deployment', async () => {
    const stage = await stageOf({ target: version('v2', { onceSteps: ['WebServer'] }) });
    const booting = stage.fleet.add('i-1', { state: 'Booting' });
    stage.fleet.onList = (listing) => {
      if (listing === 3) booting.state = 'InService';
    };
    const { status } = await stage.deploy();
    const stages = stage.fleet.sent.map(({ delivery }) => delivery.stage);
    expect([status, stages]).to.deep.equal(['Succeeded', ['release', undefined]]);
  });

  it('does not move the pointer before the gate is passed', async () => {
    const stage = await stageOf();
    stage.fleet.add('i-1', { pollsPerCommand: 4 });
    const versions: (string | undefined)[] = [];
    const invocations = stage.fleet.invocations.bind(stage.fleet);
    stage.fleet.invocations = (...args) => {
      versions.push(stage.current().slots.blue?.versionLabel);
      return invocations(...args);
    };
    await stage.deploy();
    expect(new Set(versions)).to.deep.equal(new Set(['v1']));
  });

  it('sends the version to an instance that booted with the old one meanwhile', async () => {
    const stage = await stageOf();
    stage.fleet.add('i-1');
    const late = stage.fleet.add('i-late', { state: 'Booting', serving: null, deployment: 0, token: 0 });
    stage.fleet.onList = (listing) => {
      if (listing < 6 || late.state === 'InService') return;
      Object.assign(late, { state: 'InService', serving: 'v1', deployment: 1 });
    };
    const record = await stage.deploy();
    expect(record.status).to.equal('Succeeded');
    expect(stage.fleet.sent.map(({ ids }) => ids)).to.deep.equal([['i-1'], ['i-late']]);
    expect(serving(stage)).to.deep.equal(['v2', 'v2']);
  });

  it('leaves an instance alone that booted with the new version', async () => {
    const stage = await stageOf();
    stage.fleet.add('i-1');
    const late = stage.fleet.add('i-late', { state: 'Booting', serving: null, deployment: 0 });
    stage.fleet.onList = () => {
      if (stage.current().slots.blue?.versionLabel === 'v2')
        Object.assign(late, { state: 'InService', serving: 'v2', deployment: 2 });
    };
    expect((await stage.deploy()).status).to.equal('Succeeded');
    expect(stage.fleet.sent).to.have.length(1);
  });

  it('does not wait for an instance that is being terminated', async () => {
    const stage = await stageOf();
    stage.fleet.add('i-1');
    const leaving = stage.fleet.add('i-gone', { pollsPerCommand: 1000 });
    stage.fleet.onList = (listing) => {
      if (listing > 1) leaving.state = 'Leaving';
    };
    expect((await stage.deploy()).status).to.equal('Succeeded');
  });

  it('waits for an instance that has not registered with Systems Manager', async () => {
    const stage = await stageOf();
    const slow = stage.fleet.add('i-1', { registered: false });
    const send = stage.fleet.send.bind(stage.fleet);
    let tries = 0;
    stage.fleet.send = (...args) => {
      if ((tries += 1) === 3) slow.registered = true;
      return send(...args);
    };
    expect((await stage.deploy()).status).to.equal('Succeeded');
    expect(tries).to.equal(3);
  });

  it('goes back by itself when one instance fails, and never touches the pointer', async () => {
    const stage = await stageOf();
    stage.fleet.add('i-1');
    stage.fleet.add('i-2', { broken: new Set(['v2']) });
    const record = await stage.deploy();
    expect(record.status).to.equal('RolledBack');
    expect(record.reason).to.equal('i-2: web exited with code 1');
    expect(serving(stage)).to.deep.equal(['v1', 'v1']);
    expect(stage.current().slots.blue?.versionLabel).to.equal('v1');
    expect(record.instances.find(({ instanceId }) => instanceId === 'i-2')?.lastLines).to.deep.equal([
      'Error: DATABASE_URL is not set',
    ]);
  });

  it('does not restart the old version where it was never left', async () => {
    const stage = await stageOf();
    stage.fleet.add('i-1', { broken: new Set(['v2']) });
    expect((await stage.deploy()).status).to.equal('RolledBack');
    expect(stage.fleet.sent).to.have.length(1);
  });

  it('stops at the first failure and makes slower instances refuse what was sent', async () => {
    const stage = await stageOf();
    stage.fleet.add('i-broken', { broken: new Set(['v2']), pollsPerCommand: 0 });
    stage.fleet.add('i-slow', { pollsPerCommand: 20 });
    const record = await stage.deploy();
    expect(record.status).to.equal('RolledBack');
    expect(stage.fleet.cancelled).to.deep.equal(['command-1']);
    expect(stage.fleet.sent.map(({ delivery }) => delivery.fencingToken)).to.deep.equal([5, 6]);
    expect(serving(stage)).to.deep.equal(['v1', 'v1']);
  });

  it('goes back when the load balancer does not agree', async () => {
    const stage = await stageOf();
    stage.fleet.add('i-1', { health: 'unhealthy' });
    const record = await stage.deploy();
    expect(record.status).to.equal('RolledBack');
    expect(record.reason).to.contain('the load balancer calls it unhealthy');
    expect(serving(stage)).to.deep.equal(['v1']);
  });

  it('moves the pointer back when an instance that boots late cannot run the version', async () => {
    const stage = await stageOf();
    stage.fleet.add('i-1');
    const late = stage.fleet.add('i-late', { state: 'Booting', broken: new Set(['v2']) });
    stage.fleet.onList = (listing) => {
      if (listing > 3) late.state = 'InService';
    };
    expect((await stage.deploy()).status).to.equal('RolledBack');
    expect(stage.current().slots.blue?.versionLabel).to.equal('v1');
    expect(serving(stage)).to.deep.equal(['v1', 'v1']);
  });

  it('says so when the way back fails', async () => {
    const stage = await stageOf();
    const good = stage.fleet.add('i-1');
    stage.fleet.add('i-2', { broken: new Set(['v2']) });
    good.broken.add('v1');
    const record = await stage.deploy();
    expect(record.status).to.equal('RollbackFailed');
    expect(record.reason).to.contain('on the way back: i-1: web exited with code 1');
  });

  it('leaves the placeholder page after a first deployment that failed', async () => {
    const stage = await stageOf({ first: true });
    stage.fleet.add('i-1', { serving: null, deployment: 0, broken: new Set(['v2']) });
    expect((await stage.deploy()).status).to.equal('Failed');
    expect(serving(stage)).to.deep.equal([null]);
  });

  it('is not fully rolled back when a first deployment succeeded on some instances only', async () => {
    const stage = await stageOf({ first: true });
    stage.fleet.add('i-1', { serving: null, deployment: 0, pollsPerCommand: 0 });
    stage.fleet.add('i-2', { serving: null, deployment: 0, broken: new Set(['v2']) });
    expect((await stage.deploy()).status).to.equal('RollbackFailed');
  });

  it('undoes everything at the first Ctrl-C', async () => {
    const stage = await stageOf();
    stage.fleet.add('i-1', { pollsPerCommand: 6 });
    const invocations = stage.fleet.invocations.bind(stage.fleet);
    let polls = 0;
    stage.fleet.invocations = (...args) => {
      if ((polls += 1) === 2) stage.interrupt.abort(new InterruptedError());
      return invocations(...args);
    };
    const record = await stage.deploy();
    expect(record).to.include({ status: 'Aborted', reason: 'interrupted by ann@laptop' });
    expect(stage.fleet.cancelled).to.deep.equal(['command-1']);
    expect(serving(stage)).to.deep.equal(['v1']);
  });

  it('stops without touching anything when the lock is lost', async () => {
    const stage = await stageOf();
    stage.fleet.add('i-1', { pollsPerCommand: 6 });
    const invocations = stage.fleet.invocations.bind(stage.fleet);
    stage.fleet.invocations = (...args) => {
      stage.lost.abort(new LockLostError(name, 'another command has taken it over'));
      return invocations(...args);
    };
    expect(await failureOf(stage.deploy())).to.be.instanceOf(LockLostError);
    expect(stage.record().status).to.equal('InProgress');
    expect(stage.fleet.cancelled).to.deep.equal([]);
  });

  it('joins the command in flight when another runner goes on', async () => {
    const stage = await stageOf();
    stage.fleet.add('i-1', { pollsPerCommand: 3 });
    dieAtWrite(stage, 3);
    expect(await failureOf(stage.deploy())).to.be.instanceOf(Error);
    stage.bucket.beforePut = () => undefined;
    const record = await stage.resume();
    expect(record.status).to.equal('Succeeded');
    expect(stage.fleet.sent).to.have.length(1);
  });

  it('ends well wherever the first runner dies', async () => {
    const cases = fc.record({
      writes: fc.integer({ min: 1, max: 14 }),
      isBroken: fc.boolean(),
      first: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ writes, isBroken, first }) => {
        const stage = await stageOf({ first });
        const before = first ? { serving: null, deployment: 0 } : {};
        stage.fleet.add('i-1', { ...before, ...(isBroken && { broken: new Set(['v2']) }) });
        dieAtWrite(stage, writes);
        const died = (await failureOf(stage.deploy())) !== undefined;
        stage.bucket.beforePut = () => undefined;
        if (died && stage.record().status === 'InProgress') await stage.resume();
        const { status } = stage.record();
        const ended = isBroken
          ? first
            ? ['Failed']
            : ['RolledBack']
          : ['Succeeded', 'RolledBack', 'RollbackFailed'];
        expect(ended).to.include(status);
        if (!isBroken && status === 'RollbackFailed') expect(first).to.equal(true);
        if (status === 'Succeeded')
          expect([serving(stage), stage.current().slots.blue?.versionLabel]).to.deep.equal([['v2'], 'v2']);
        if (status === 'RolledBack')
          expect([serving(stage), stage.current().slots.blue?.versionLabel]).to.deep.equal([['v1'], 'v1']);
        if (status === 'Failed') expect(serving(stage)).to.deep.equal([null]);
      }),
      { numRuns: 60 },
    );
  });
});

/** From its nth write on, nothing of this runner gets through any more: as after kill -9. */
function dieAtWrite({ bucket }: Stage, nth: number): void {
  let writes = 0;
  bucket.beforePut = () => {
    writes += 1;
    if (writes >= nth) throw new Error('killed');
  };
}
