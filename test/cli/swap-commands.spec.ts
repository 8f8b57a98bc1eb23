import { expect } from 'chai';
import { UserError } from '../../cli/errors.ts';
import { swapRecord, type EnvironmentDescriptor, type HealthReport } from '../../model/schemas.ts';
import { keys } from '../../model/names.ts';
import { errorOf, run } from './support/commands.ts';
import { account, type Account } from './support/account.ts';
import { environment, pointer } from './support/fixtures.ts';
import { memoryZone, type MemoryZone } from './support/memory-zone.ts';

const stack = 'prod';

function web(name: string, changes: Partial<EnvironmentDescriptor> = {}): EnvironmentDescriptor {
  const { slots } = environment();
  return environment({
    stack,
    environment: name,
    slots: { ...slots, blue: { ...slots.blue, autoScalingGroup: `group-${name}` } },
    url: `http://${name}.shop.example`,
    hostName: { hostedZoneId: 'Z1', name: `${name}.shop.example`, ownName: `${name}.prod.env.shop.example` },
    ...changes,
  });
}

const named = (name: string) => ({ application: 'shop', stack, environment: name });

interface Stage {
  readonly self: Account;
  readonly zone: MemoryZone;
}

/** prod/www runs v1, prod/next runs v2, each with one instance that is well. */
function stage(changes: Partial<EnvironmentDescriptor> = {}): Stage {
  const self = account();
  const zone = memoryZone(self.context.clients.route53);
  for (const [name, version] of [
    ['www', 'v1'],
    ['next', 'v2'],
  ] as const) {
    self.add(web(name, name === 'next' ? changes : {}), `i-${name}`);
    self.bucket.put(keys.current(named(name)), {
      active: 'blue',
      slots: { blue: pointer(version, 1), green: null },
    });
    report(self, name, 'Ok');
    zone.targets.set(`${name}.shop.example`, `${name}.prod.env.shop.example`);
  }
  return { self, zone };
}

function report(self: Account, name: string, status: HealthReport['status']): void {
  const health: HealthReport = {
    instanceId: `i-${name}`,
    availabilityZone: 'eu-central-1a',
    privateIp: '10.0.0.1',
    status,
    causes: status === 'Ok' ? [] : ['/health answers 500'],
    versionLabel: 'v1',
    deployment: 1,
    launchedAt: '2026-05-01T11:00:00.000Z',
    reportedAt: '2026-05-01T12:00:00.000Z',
  };
  self.bucket.put(keys.health(named(name), `i-${name}`), health);
}

const record = (self: Account, number: number) =>
  swapRecord.parse(self.bucket.json(keys.swap(stack, number)));
const swapped = {
  'www.shop.example': 'next.prod.env.shop.example',
  'next.shop.example': 'www.prod.env.shop.example',
};
const usual = {
  'www.shop.example': 'www.prod.env.shop.example',
  'next.shop.example': 'next.prod.env.shop.example',
};
const leads = ({ targets }: MemoryZone) => Object.fromEntries(targets);
const holdersOf = (self: Account) =>
  ['www', 'next'].map((name) => (self.bucket.json(keys.lock(named(name))) as { holder: unknown }).holder);

/** As after kill -9 while both are watched: the leases have run out. */
async function killed({ self, zone }: Stage): Promise<void> {
  self.bucket.beforePut = (key) => {
    if (zone.batches.length > 0 && key.startsWith('swaps/')) throw new Error('killed');
  };
  expect((await errorOf(self, 'swap prod/www prod/next')).exitCode).to.equal(4);
  self.bucket.beforePut = () => undefined;
  expect(record(self, 1).status).to.equal('InProgress');
}

describe('beanpole swap', () => {
  it('exchanges both names in one change, with both environments locked, and frees them', async () => {
    const { self, zone } = stage();
    const locked: unknown[] = [];
    zone.beforeChange = () => locked.push(...holdersOf(self));
    await run(self, 'swap prod/www prod/next --watch 3s');
    expect(leads(zone)).to.deep.equal(swapped);
    expect(zone.batches).to.have.length(1);
    expect(locked).to.have.length(2).and.not.include(null);
    expect(holdersOf(self)).to.deep.equal([null, null]);
    expect(record(self, 1)).to.deep.include({ status: 'Succeeded', environments: ['www', 'next'] });
    expect(self.output.notes).to.include('www.shop.example leads to prod/next (swap 1).');
    expect(self.events.map(({ environment: name }) => name)).to.include.members(['prod/www', 'prod/next']);
  });

  it('once more brings everything back', async () => {
    const { self, zone } = stage();
    await run(self, 'swap prod/www prod/next');
    await run(self, 'swap prod/next prod/www');
    expect(leads(zone)).to.deep.equal(usual);
    expect(record(self, 2).status).to.equal('Succeeded');
  });

  it('--dry-run shows each step with its undo, and changes nothing', async () => {
    const { self, zone } = stage();
    await run(self, 'swap prod/www prod/next --dry-run');
    const [plan = ''] = self.output.data;
    expect(plan)
      .to.contain('Let www.shop.example lead to prod/next (v2), next.shop.example lead to prod/www (v1)')
      .and.contain('Undo: Let www.shop.example lead to prod/www (v1)')
      .and.contain('Point of no return: none before the end');
    expect(zone.batches).to.deep.equal([]);
    expect(self.bucket.objects.has(keys.lock(named('www')))).to.equal(false);
  });

  it('goes back by itself when an environment gets sick while it is watched', async () => {
    const { self, zone } = stage();
    self.bucket.afterPut = (key) => {
      if (key.startsWith('swaps/') && zone.batches.length === 1) report(self, 'next', 'Severe');
    };
    const error = await errorOf(self, 'swap prod/www prod/next');
    expect(error.exitCode).to.equal(3);
    expect(error.message).to.contain('prod/next is Severe: i-next: /health answers 500');
    expect(leads(zone)).to.deep.equal(usual);
    expect(record(self, 1).status).to.equal('RolledBack');
  });

  it('ends with 4 when it stops on the way back, and names only what still can be done', async () => {
    const { self, zone } = stage();
    zone.beforeChange = () => {
      report(self, 'next', 'Severe');
      self.bucket.beforePut = (key) => {
        if (key.startsWith('swaps/') && record(self, 1).reason !== undefined) throw new UserError('No more.');
      };
    };
    const error = await errorOf(self, 'swap prod/www prod/next --watch 30s');
    expect(error.exitCode).to.equal(4);
    expect(error.next).to.equal('beanpole resume prod/www   (goes on undoing it)');
  });

  it('leaves names alone that somebody else has changed meanwhile', async () => {
    const { self, zone } = stage();
    zone.beforeChange = () => zone.targets.set('www.shop.example', 'elsewhere.shop.example');
    const error = await errorOf(self, 'swap prod/www prod/next');
    expect(error.exitCode).to.equal(4);
    expect(zone.targets.get('www.shop.example')).to.equal('elsewhere.shop.example');
    expect(zone.targets.get('next.shop.example')).to.equal('next.prod.env.shop.example');
  });

  const refusals: Record<string, [changes: Partial<EnvironmentDescriptor>, line: string, message: RegExp]> = {
    itself: [{}, 'swap prod/www prod/www', /cannot be swapped with itself/],
    'an environment of another stack': [{ stack: 'dev' }, 'swap prod/www dev/next', /of different stacks/],
    'a worker': [{ tier: 'Worker' }, 'swap prod/www prod/next', /prod\/next is a worker/],
    'one without a name': [
      { hostName: undefined },
      'swap prod/www prod/next',
      /no name of its own to exchange/,
    ],
  };
  for (const [what, [changes, line, message]] of Object.entries(refusals))
    it(`refuses ${what}, and says why`, async () => {
      const { self, zone } = stage(changes);
      const error = await errorOf(self, line);
      expect(error.message).to.match(message);
      expect(error.exitCode).to.equal(2);
      expect(zone.batches).to.deep.equal([]);
    });

  it('tells all that is in the way at once', async () => {
    const { self } = stage();
    self.bucket.objects.delete(keys.current(named('www')));
    report(self, 'next', 'Degraded');
    const { message } = await errorOf(self, 'swap prod/www prod/next');
    expect(message)
      .to.contain('prod/www has never had a version')
      .and.contain('prod/next is Degraded')
      .and.contain('--ignore-health-check');
  });

  it('swaps sick environments when it is told to: back is always possible', async () => {
    const { self, zone } = stage();
    report(self, 'next', 'Severe');
    await run(self, 'swap prod/www prod/next --ignore-health-check --watch 2s');
    expect(leads(zone)).to.deep.equal(swapped);
  });

  it('is told who deploys there, and frees the lock that it had already', async () => {
    const { self, zone } = stage();
    const lock = {
      holder: 'bob',
      reason: 'deployment 7 of v3',
      fencingToken: 3,
      deployment: 7,
      acquiredAt: '2026-05-01T12:00:00.000Z',
      expiresAt: '2026-05-01T12:10:00.000Z',
    };
    self.bucket.put(keys.lock(named('www')), lock);
    const error = await errorOf(self, 'swap prod/www prod/next');
    expect(error.exitCode).to.equal(5);
    expect(error.message).to.equal('prod/www is locked by bob: deployment 7 of v3.');
    expect(holdersOf(self)).to.deep.equal(['bob', null]);
    expect(zone.batches).to.deep.equal([]);
  });

  it('refuses while a swap of one of them has not ended', async () => {
    const both = stage();
    await killed(both);
    const error = await errorOf(both.self, 'swap prod/www prod/next');
    expect(error.message).to.contain('swap 1 of prod/www and prod/next by ann@laptop has not ended');
  });
});

describe('a swap whose command was killed', () => {
  it('is told by status with its next command', async () => {
    const both = stage();
    await killed(both);
    await run(both.self, 'status prod');
    expect(both.self.output.data.join('\n')).to.contain(
      'The swap 1 of prod/www and prod/next by ann@laptop was interrupted at step "exchange"; next: beanpole resume prod/www continues it, beanpole abort prod/www undoes it.',
    );
  });

  it('goes on with resume, from either environment', async () => {
    const both = stage();
    await killed(both);
    await run(both.self, 'resume prod/next');
    expect(record(both.self, 1).status).to.equal('Succeeded');
    expect(leads(both.zone)).to.deep.equal(swapped);
    expect(both.zone.batches).to.have.length(1);
  });

  it('is undone by abort; twice says that there is nothing to abort', async () => {
    const both = stage();
    await killed(both);
    await run(both.self, 'abort prod/www');
    expect(record(both.self, 1)).to.include({ status: 'Aborted', reason: 'aborted by ann@laptop' });
    expect(leads(both.zone)).to.deep.equal(usual);
    expect((await errorOf(both.self, 'abort prod/www')).message).to.contain('There is nothing to abort');
  });
});

describe('where swapped environments are reached', () => {
  it('is told by status and open', async () => {
    const { self } = stage();
    await run(self, 'swap prod/www prod/next');
    await run(self, 'status prod');
    expect(self.output.data.join('\n'))
      .to.match(/prod\/www .* http:\/\/next\.shop\.example/)
      .and.contain(
        'prod/www: Swapped: www.shop.example leads to prod/next, and next.shop.example leads here',
      );
    await run(self, 'open prod/next --print');
    expect(self.output.data.at(-1)).to.equal('http://www.shop.example');
  });
});
