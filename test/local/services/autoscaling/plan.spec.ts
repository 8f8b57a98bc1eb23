import { expect } from 'chai';
import {
  plan,
  wakeAt,
  type GroupView,
  type InstanceView,
} from '../../../../local/services/autoscaling/plan.ts';
import type { GroupRow, HookRow, InstanceRow } from '../../../../local/services/autoscaling/state.ts';

const group: GroupRow = {
  name: 'web',
  arn: 'arn:web',
  minSize: 0,
  maxSize: 10,
  desiredCapacity: 2,
  template: { id: 'lt-1', name: 'web', version: '2' },
  subnets: [
    { id: 'subnet-a', zone: 'a' },
    { id: 'subnet-b', zone: 'b' },
    { id: 'subnet-c', zone: 'c' },
  ],
  targetGroupArns: [],
  healthCheckType: 'EC2',
  healthCheckGracePeriod: 0,
  defaultCooldown: 300,
  terminationPolicies: ['Default'],
  newInstancesProtected: false,
  deletionProtection: 'none',
  tags: [],
  suspended: [],
  createdAt: 0,
  isDeleting: false,
};

const launchHook: HookRow = {
  name: 'launch',
  groupName: 'web',
  transition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
  heartbeatTimeout: 60,
  defaultResult: 'ABANDON',
};

function member(
  id: string,
  zone: string,
  row: Partial<InstanceRow> = {},
  more: Partial<InstanceView> = {},
): InstanceView {
  return {
    row: {
      id,
      groupName: 'web',
      zone,
      instanceType: 't3.small',
      imageId: 'ami-1',
      template: { id: 'lt-1', name: 'web', version: '2' },
      state: 'InService',
      isHealthy: true,
      isProtected: false,
      createdAt: 0,
      isExtra: false,
      skipsLaunchHooks: false,
      isForced: false,
      registeredWith: [],
      deregisteredFrom: [],
      waits: [],
      ...row,
    },
    machine: { state: 'running', isImpaired: false },
    targets: new Map(),
    ...more,
  };
}

const view = (
  instances: InstanceView[],
  more: Partial<GroupRow> = {},
  rest: Partial<GroupView> = {},
): GroupView => ({
  now: 1000,
  group: { ...group, ...more },
  instances,
  launches: [],
  hooks: [],
  ...rest,
});

/** Actions in short: kind and whom or where. */
const planned = (seen: GroupView): string[] =>
  plan(seen).map((action) => {
    if (action.kind === 'decide-launch')
      return `launch in ${action.subnet.zone}${action.isExtra ? ' extra' : ''}`;
    if (action.kind === 'register' || action.kind === 'deregister')
      return `${action.kind} ${action.instanceId} ${action.targetGroupArn}`;
    return 'instanceId' in action ? `${action.kind} ${action.instanceId}` : action.kind;
  });

const running = (targets: [string, string][] = []): Partial<InstanceView> => ({ targets: new Map(targets) });

describe("an Auto Scaling group's plan", () => {
  describe('for capacity', () => {
    it('is nothing at the desired capacity', () => {
      expect(planned(view([member('i-1', 'a'), member('i-2', 'b')]))).to.deep.equal([]);
    });

    it('launches what is missing, zone by zone', () => {
      expect(planned(view([], { desiredCapacity: 4 }))).to.deep.equal([
        'launch in a',
        'launch in b',
        'launch in c',
        'launch in a',
      ]);
    });

    it('counts launches that are under way', () => {
      const launch = {
        token: 't',
        groupName: 'web',
        subnet: { id: 'subnet-a', zone: 'a' },
        isExtra: false,
        activityId: '',
      };
      expect(planned(view([], {}, { launches: [launch] }))).to.deep.equal(['launch', 'launch in b']);
    });

    it('waits while backed off, then avoids the zone that failed', () => {
      const backoff = { failures: 1, until: 5000, zone: 'a' };
      expect(planned(view([], { desiredCapacity: 1, backoff }))).to.deep.equal([]);
      expect(wakeAt(view([], { desiredCapacity: 1, backoff }))).to.equal(5000);
      expect(planned(view([], { desiredCapacity: 1, backoff }, { now: 5000 }))).to.deep.equal([
        'launch in b',
      ]);
    });

    it('takes from the fullest zone', () => {
      const instances = [member('i-1', 'a'), member('i-2', 'b'), member('i-3', 'b')];
      expect(planned(view(instances))).to.deep.equal(['retire i-2']);
    });

    it('takes the oldest template first, then the oldest instance', () => {
      const old = { id: 'lt-1', name: 'web', version: '1' };
      const instances = [
        member('i-1', 'a', { createdAt: 1 }),
        member('i-2', 'a', { createdAt: 3, template: old }),
        member('i-3', 'a', { createdAt: 2, template: old }),
      ];
      expect(planned(view(instances, { desiredCapacity: 2, subnets: [group.subnets[0]!] }))).to.deep.equal([
        'retire i-3',
      ]);
    });

    it('takes the newest when told to', () => {
      const instances = [member('i-1', 'a', { createdAt: 1 }), member('i-2', 'a', { createdAt: 3 })];
      const policy = {
        desiredCapacity: 1,
        terminationPolicies: ['NewestInstance'],
        subnets: [group.subnets[0]!],
      };
      expect(planned(view(instances, policy))).to.deep.equal(['retire i-2']);
    });

    it('spares protected instances', () => {
      const instances = [
        member('i-1', 'a', { isProtected: true }),
        member('i-2', 'a'),
        member('i-3', 'b', { isProtected: true }),
      ];
      expect(planned(view(instances, { desiredCapacity: 0 }))).to.deep.equal(['retire i-2']);
    });

    it('does not count instances in standby or on their way out', () => {
      const instances = [
        member('i-1', 'a', { state: 'Standby' }),
        member(
          'i-2',
          'b',
          { state: 'Terminating:Proceed' },
          { machine: { state: 'shutting-down', isImpaired: false } },
        ),
      ];
      expect(planned(view(instances, { desiredCapacity: 1 }))).to.deep.equal(['launch in a']);
    });

    for (const [process, desiredCapacity] of [
      ['Launch', 3],
      ['Terminate', 1],
    ] as const)
      it(`does nothing while ${process} is suspended`, () => {
        const instances = [member('i-1', 'a'), member('i-2', 'b')];
        expect(planned(view(instances, { desiredCapacity, suspended: [process] }))).to.deep.equal([]);
      });
  });

  describe('for balance', () => {
    const lopsided = [member('i-1', 'a'), member('i-2', 'a')];

    it('launches an extra instance in the emptiest zone', () => {
      expect(planned(view(lopsided))).to.deep.equal(['launch in b extra']);
    });

    it('does not count the extra one before it serves, then takes from the fullest zone', () => {
      const extra = member('i-3', 'b', {
        state: 'Pending:Wait',
        isExtra: true,
        waits: [{ token: 'x', deadline: 9e9 } as never],
      });
      expect(planned(view([...lopsided, extra]))).to.deep.equal([]);
      expect(planned(view([...lopsided, member('i-3', 'b')]))).to.deep.equal(['retire i-1']);
    });

    it('moves instances out of zones that the group left', () => {
      const instances = [member('i-1', 'd'), member('i-2', 'd'), member('i-3', 'a')];
      expect(planned(view(instances, { desiredCapacity: 3 }))).to.deep.equal(['launch in b extra']);
    });

    it('leaves zones alone while AZRebalance is suspended', () => {
      expect(planned(view(lopsided, { suspended: ['AZRebalance'] }))).to.deep.equal([]);
    });
  });

  describe('for a launching instance', () => {
    const one = { desiredCapacity: 1, targetGroupArns: ['tg'] };
    const pending = (row: Partial<InstanceRow>, machine = 'running'): InstanceView =>
      member('i-1', 'a', { state: 'Pending', ...row }, { machine: { state: machine, isImpaired: false } });
    const wait = {
      hookName: 'launch',
      token: 't',
      deadline: 2000,
      limit: 9e9,
      heartbeatTimeout: 60,
      defaultResult: 'ABANDON' as const,
    };

    it('waits for the hook even before the machine runs', () => {
      expect(planned(view([pending({}, 'pending')], one, { hooks: [launchHook] }))).to.deep.equal([
        'await-hooks i-1',
      ]);
      expect(planned(view([pending({ state: 'Pending:Wait', waits: [wait] })], one))).to.deep.equal([]);
    });

    it('goes on when the hook is completed', () => {
      const waits = [{ ...wait, result: 'CONTINUE' as const }];
      expect(planned(view([pending({ state: 'Pending:Wait', waits })], one))).to.deep.equal(['proceed i-1']);
    });

    it('times the hook out at its deadline', () => {
      const seen = view([pending({ state: 'Pending:Wait', waits: [wait] })], one);
      expect(wakeAt(seen)).to.equal(2000);
      expect(planned({ ...seen, now: 2000 })).to.deep.equal(['time-out i-1']);
    });

    it('is failed, and nothing is launched in the same breath, when a hook is abandoned', () => {
      const waits = [{ ...wait, result: 'ABANDON' as const }];
      expect(planned(view([pending({ state: 'Pending:Wait', waits })], one))).to.deep.equal([
        'fail-launch i-1',
      ]);
    });

    it('is registered with the target groups after the hook and before it serves', () => {
      expect(planned(view([pending({ state: 'Pending:Proceed' }, 'pending')], one))).to.deep.equal([]);
      expect(planned(view([pending({ state: 'Pending:Proceed' })], one))).to.deep.equal(['register i-1 tg']);
      const registered = pending({ state: 'Pending:Proceed', registeredWith: ['tg'] });
      expect(planned(view([registered], one))).to.deep.equal(['serve i-1']);
    });

    it('is failed when its machine ends', () => {
      expect(planned(view([pending({}, 'terminated')], one))).to.deep.equal(['fail-launch i-1']);
    });
  });

  describe('for health', () => {
    const one = {
      desiredCapacity: 1,
      healthCheckType: 'ELB',
      healthCheckGracePeriod: 10,
      targetGroupArns: ['tg'],
    };
    const serving = (health: string): InstanceView =>
      member('i-1', 'a', { inServiceAt: 0, registeredWith: ['tg'] }, running([['tg', health]]));

    it('believes the target group after the grace period', () => {
      expect(planned(view([serving('unhealthy')], one))).to.deep.equal([]);
      expect(planned(view([serving('unhealthy')], one, { now: 10_000 }))).to.deep.equal([
        'mark-unhealthy i-1',
      ]);
      expect(planned(view([serving('initial')], one, { now: 10_000 }))).to.deep.equal([]);
      expect(
        planned(view([serving('unhealthy')], { ...one, healthCheckType: 'EC2' }, { now: 10_000 })),
      ).to.deep.equal([]);
    });

    it('does not wait for a machine that is not there', () => {
      const gone = { ...serving('healthy'), machine: { state: 'stopped', isImpaired: true } };
      expect(planned(view([gone], one))).to.deep.equal(['mark-unhealthy i-1']);
    });

    it('replaces an unhealthy instance, unless that is suspended', () => {
      const sick = member('i-1', 'a', { isHealthy: false, unhealthyBecause: 'it is sick' });
      expect(planned(view([sick], { desiredCapacity: 1 }))).to.deep.equal(['retire i-1', 'launch in a']);
      expect(planned(view([sick], { desiredCapacity: 1, suspended: ['ReplaceUnhealthy'] }))).to.deep.equal(
        [],
      );
    });
  });

  describe('for an instance on its way out', () => {
    const none = { desiredCapacity: 0, targetGroupArns: ['tg'] };
    const terminateHook = { ...launchHook, transition: 'autoscaling:EC2_INSTANCE_TERMINATING' as const };

    it('deregisters, waits for draining, then for hooks, then ends the machine', () => {
      const leaving = (row: Partial<InstanceRow>, more = running()): InstanceView =>
        member('i-1', 'a', { state: 'Terminating', ...row }, more);
      expect(planned(view([leaving({ registeredWith: ['tg'] })], none))).to.deep.equal(['deregister i-1 tg']);
      const draining = leaving({ deregisteredFrom: ['tg'] }, running([['tg', 'draining']]));
      expect(planned(view([draining], none))).to.deep.equal([]);
      expect(wakeAt(view([draining], none))).to.equal(2000);
      const drained = leaving({ deregisteredFrom: ['tg'] });
      expect(planned(view([drained], none, { hooks: [terminateHook] }))).to.deep.equal(['await-hooks i-1']);
      expect(planned(view([drained], none))).to.deep.equal(['proceed i-1']);
      const proceeding = leaving({ state: 'Terminating:Proceed' });
      expect(planned(view([proceeding], none))).to.deep.equal(['terminate i-1']);
      const ended = { ...proceeding, machine: { state: 'terminated', isImpaired: false } };
      expect(planned(view([ended], none))).to.deep.equal(['forget i-1']);
    });

    it('does not wait when the deletion is forced', () => {
      const forced = member(
        'i-1',
        'a',
        { state: 'Terminating', isForced: true, deregisteredFrom: ['tg'] },
        running([['tg', 'draining']]),
      );
      const seen = view([forced], { ...none, isDeleting: true }, { hooks: [terminateHook] });
      expect(planned(seen)).to.deep.equal(['proceed i-1']);
    });

    it('leaves the machine alone when it is detached or goes into standby', () => {
      expect(planned(view([member('i-1', 'a', { state: 'Detaching' })], none))).to.deep.equal(['detach i-1']);
      expect(planned(view([member('i-1', 'a', { state: 'EnteringStandby' })], none))).to.deep.equal([
        'stand-by i-1',
      ]);
    });
  });

  it('ends with the group when it is being deleted and nothing is left', () => {
    expect(planned(view([], { isDeleting: true }))).to.deep.equal(['delete-group']);
    expect(planned(view([member('i-1', 'a')], { isDeleting: true, desiredCapacity: 0 }))).to.deep.equal([
      'retire i-1',
    ]);
  });
});
