import { expect } from 'chai';
import { Activities } from '../../../../local/services/autoscaling/activities.ts';
import { Effects } from '../../../../local/services/autoscaling/effects.ts';
import type { Neighbours } from '../../../../local/services/autoscaling/neighbours.ts';
import { Reconciler } from '../../../../local/services/autoscaling/reconciler.ts';
import {
  openState,
  type AutoScalingState,
  type GroupRow,
} from '../../../../local/services/autoscaling/state.ts';
import { ManualClock } from '../../../../local/clock.ts';
import { openStore } from '../../../../local/store.ts';

/** EC2 as Auto Scaling sees it: launches are idempotent by token, and a call can be the daemon's last. */
class Ec2 {
  readonly byToken = new Map<string, string>();
  readonly states = new Map<string, string>();
  readonly targets = new Map<string, string>();
  calls = 0;
  diesAt = Infinity;

  /** The daemon is killed during this call: before it takes effect, or after without an answer. */
  #call<T>(effect: () => T): T {
    this.calls += 1;
    if (this.calls === this.diesAt) throw new Error('killed before the call');
    const answer = effect();
    if (this.calls + 0.5 === this.diesAt) throw new Error('killed after the call');
    return answer;
  }

  readonly neighbours = {
    templateVersion: async () => ({ VersionNumber: 1 }),
    runInstance: async ({ ClientToken: token }: { ClientToken: string }) =>
      this.#call(() => {
        const id = this.byToken.get(token) ?? `i-${this.byToken.size + 1}`;
        this.byToken.set(token, id);
        if (!this.states.has(id)) this.states.set(id, 'running');
        return { InstanceId: id, InstanceType: 't3.small', ImageId: 'ami-1' };
      }),
    instances: async (ids: string[]) =>
      new Map(
        ids.flatMap((id) => (this.states.has(id) ? [[id, { State: { Name: this.states.get(id) } }]] : [])),
      ),
    impaired: async () => new Set(),
    terminate: async (id: string) => {
      this.#call(() => this.states.set(id, 'terminated'));
    },
    register: async (_: string, id: string) => {
      this.#call(() => this.targets.set(id, 'healthy'));
    },
    deregister: async (_: string, id: string) => {
      this.#call(() => this.targets.delete(id));
    },
    targetStates: async () => new Map(this.targets),
    spotRisk: () => undefined,
  } as unknown as Neighbours;
}

const group: GroupRow = {
  name: 'web',
  arn: 'arn:web',
  minSize: 0,
  maxSize: 9,
  desiredCapacity: 2,
  template: { id: 'lt-1', name: 'web', version: '$Latest' },
  subnets: [{ id: 'subnet-a', zone: 'a' }],
  targetGroupArns: ['tg'],
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

describe('an Auto Scaling group whose daemon is killed at any call', () => {
  let complaints: unknown[];
  const write = console.error;
  beforeEach(() => {
    complaints = [];
    console.error = (...words: unknown[]) => complaints.push(words);
  });
  afterEach(() => {
    console.error = write;
  });

  /** A daemon on a state: brings the group on until it is at rest, or until it is killed. */
  const live = async (state: AutoScalingState, { neighbours }: Ec2): Promise<void> => {
    const clock = new ManualClock();
    const effects = new Effects(state, clock, neighbours, new Activities(state, clock));
    const reconciler = new Reconciler(state, clock, neighbours, effects);
    await reconciler.poke('web');
    await reconciler.stop();
  };

  const launched = 5;
  for (const diesAt of Array.from({ length: 2 * launched }, (_, index) => 1 + index / 2))
    it(`has two registered instances in the end when killed at call ${diesAt}`, async () => {
      const state = openState(openStore());
      state.groups.set('web', group);
      const ec2 = new Ec2();
      ec2.diesAt = diesAt;
      await live(state, ec2);
      expect(complaints.length > 0).to.equal(diesAt < launched);
      await live(state, ec2);
      expect([...state.instances.values()].map((row) => row.state)).to.deep.equal(['InService', 'InService']);
      expect([...ec2.states.values()]).to.deep.equal(['running', 'running']);
      expect(ec2.targets.size).to.equal(2);
      expect(state.launches.size).to.equal(0);
    });

  for (const diesAt of [5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5])
    it(`ends them all when killed at call ${diesAt} of scaling in`, async () => {
      const state = openState(openStore());
      state.groups.set('web', group);
      const ec2 = new Ec2();
      await live(state, ec2);
      state.groups.set('web', { ...state.groups.get('web')!, desiredCapacity: 0 });
      ec2.diesAt = diesAt;
      await live(state, ec2);
      expect(complaints).to.have.length(1);
      await live(state, ec2);
      expect(state.instances.size).to.equal(0);
      expect([...ec2.states.values()]).to.deep.equal(['terminated', 'terminated']);
      expect(ec2.targets.size).to.equal(0);
    });
});
