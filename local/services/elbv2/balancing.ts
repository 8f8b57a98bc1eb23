import type { Collection } from '../../store.ts';
import type { Parts } from '../parts.ts';
import { backendName, balancerModel, balancerOf, groupsUsedBy, serverName } from './balancer-model.ts';
import type { BalancerPlane } from './haproxy/plane.ts';
import { decide } from './health.ts';
import type { ElbState, StoredTarget, StoredTargetGroup } from './state.ts';

/** Keeps the data plane in step with the state, and the state with what health checks find. */
export interface Balancing {
  /** Makes a load balancer do what the state says. */
  sync(loadBalancerArn: string): Promise<void>;
  /** The same for the load balancer that uses a target group, if one does. */
  syncGroup(group: StoredTargetGroup): Promise<void>;
  /**
   * Runs a change of listeners or rules; groups that come into use by it begin with new health checks. What the
   * data plane does not take is undone.
   */
  reroute(loadBalancerArn: string, change: () => void): Promise<void>;
  /** Changes a target group's settings; what the data plane does not take is undone. */
  adjust(group: StoredTargetGroup, settings: Partial<GroupSettings>): Promise<void>;
  /** Lets a target go when its deregistration delay is over. */
  drain(group: StoredTargetGroup, target: StoredTarget): void;
  /** Starts a load balancer, again and again until it runs. */
  bringUp(loadBalancerArn: string): Promise<void>;
  /** Takes a load balancer away with its nodes. */
  takeDown(loadBalancerArn: string): Promise<void>;
  start(): Promise<void>;
  stop(): void;
}

type GroupSettings = Pick<StoredTargetGroup, 'healthCheck' | 'attributes'>;

const watchInterval = 100;
const retryInterval = 1000;

export function balancing(parts: Parts, state: ElbState, plane: BalancerPlane): Balancing {
  let watching: (() => void) | undefined;
  let stopped = false;
  // Asked before the first request: one that is being made has none yet, either.
  const cutOff = [...state.loadBalancers.values()].filter(({ interfaces }) => interfaces.length === 0);

  async function sync(loadBalancerArn: string): Promise<void> {
    const loadBalancer = state.loadBalancers.get(loadBalancerArn);
    if (!loadBalancer?.interfaces.length || stopped) return;
    await plane.apply(balancerModel(loadBalancer, state, (arn) => parts.services.acm.certificate(arn)));
    watch();
  }

  async function syncGroup(group: StoredTargetGroup): Promise<void> {
    const loadBalancer = balancerOf(group.arn, state);
    if (loadBalancer) await sync(loadBalancer.arn);
  }

  async function bringUp(loadBalancerArn: string): Promise<void> {
    try {
      await sync(loadBalancerArn);
      setReason(loadBalancerArn, undefined);
    } catch (error) {
      setReason(loadBalancerArn, (error as Error).message);
      parts.clock.after(retryInterval, () => void bringUp(loadBalancerArn));
    }
  }

  /** Its row goes last: when this is cut off, the next start goes on with it. */
  async function takeDown(arn: string): Promise<void> {
    const loadBalancer = state.loadBalancers.get(arn);
    if (!loadBalancer) return;
    state.loadBalancers.set(arn, { ...loadBalancer, interfaces: [] });
    await plane.remove(loadBalancer.hostId);
    await parts.services.ec2.removeHost(loadBalancer.hostId);
    state.loadBalancers.delete(arn);
  }

  /** Without a reason why not, it is active. One that never ran stays `provisioning`. */
  function setReason(arn: string, reason: string | undefined): void {
    const found = state.loadBalancers.get(arn);
    if (!found?.interfaces.length || stopped) return;
    const { reason: _, ...rest } = found;
    const broken = rest.state === 'provisioning' ? 'provisioning' : 'active_impaired';
    state.loadBalancers.set(
      arn,
      reason === undefined ? { ...rest, state: 'active' } : { ...rest, state: broken, reason },
    );
  }

  /** Looks at undecided targets as long as there are any. */
  function watch(): void {
    if (watching || stopped || probingGroups().length === 0) return;
    watching = parts.clock.after(watchInterval, () => {
      void decideAll().then(() => {
        watching = undefined;
        watch();
      });
    });
  }

  const probingGroups = (): { loadBalancerArn: string; hostId: string; group: StoredTargetGroup }[] =>
    [...state.loadBalancers.values()].flatMap(({ arn, hostId }) =>
      groupsUsedBy(arn, state)
        .filter(({ targets }) => targets.some(({ phase, stopped: isOff }) => phase === 'probing' && !isOff))
        .map((group) => ({ loadBalancerArn: arn, hostId, group })),
    );

  async function decideAll(): Promise<void> {
    const changed = new Set<string>();
    for (const { loadBalancerArn, hostId, group } of probingGroups()) {
      const status = await plane.status(hostId).catch(() => undefined);
      const current = state.targetGroups.get(group.arn);
      if (status && current && decideGroup(current, status)) changed.add(loadBalancerArn);
    }
    for (const arn of changed) await sync(arn).catch(() => undefined);
  }

  function decideGroup(
    group: StoredTargetGroup,
    status: NonNullable<Awaited<ReturnType<BalancerPlane['status']>>>,
  ): boolean {
    let changed = false;
    for (const target of group.targets) {
      if (target.phase !== 'probing') continue;
      const seen = status.get(`${backendName(group)}.new/${serverName(target)}`);
      const decision = decide(target, group.healthCheck, seen, parts.clock.now());
      if (decision === 'waits') continue;
      Object.assign(target, { phase: 'serving', startsHealthy: decision === 'healthy' });
      changed = true;
    }
    if (changed) state.targetGroups.set(group.arn, group);
    return changed;
  }

  function beginChecks(group: StoredTargetGroup): void {
    for (const target of group.targets) {
      if (target.phase === 'draining') continue;
      Object.assign(target, { phase: 'probing', since: parts.clock.now(), startsHealthy: false });
    }
    state.targetGroups.set(group.arn, group);
  }

  function drain({ arn, attributes }: StoredTargetGroup, { id, port, since }: StoredTarget): void {
    const delay = Number(attributes['deregistration_delay.timeout_seconds']) * 1000;
    parts.clock.after(delay, () => {
      const group = state.targetGroups.get(arn);
      if (!group || stopped) return;
      const isDone = (one: StoredTarget) =>
        one.id === id && one.port === port && one.phase === 'draining' && one.since === since;
      if (!group.targets.some(isDone)) return;
      group.targets = group.targets.filter((one) => !isDone(one));
      state.targetGroups.set(arn, group);
      void syncGroup(group).catch(() => undefined);
    });
  }

  /** An instance's state decides whether it can be a target. */
  function onInstanceState(instanceId: string, instanceState: string): void {
    for (const group of [...state.targetGroups.values()]) {
      if (!group.targets.some(({ id }) => id === instanceId)) continue;
      group.targets = group.targets.flatMap((target) => {
        if (target.id !== instanceId) return [target];
        if (instanceState === 'terminated') return [];
        return [follow(target, instanceState, parts.clock.now())];
      });
      state.targetGroups.set(group.arn, group);
      void syncGroup(group).catch(() => undefined);
    }
  }

  return {
    sync,
    syncGroup,
    bringUp,
    takeDown,
    drain,
    async reroute(loadBalancerArn, change) {
      const before = new Set(groupsUsedBy(loadBalancerArn, state).map(({ arn }) => arn));
      const undo = undoable([state.listeners, state.rules], change);
      for (const group of groupsUsedBy(loadBalancerArn, state))
        if (!before.has(group.arn)) beginChecks(group);
      try {
        await sync(loadBalancerArn);
      } catch (error) {
        undo();
        throw error;
      }
    },
    async adjust(group, settings) {
      const { healthCheck, attributes } = group;
      const write = (wanted: Partial<GroupSettings>): void => {
        const current = state.targetGroups.get(group.arn);
        if (current) state.targetGroups.set(group.arn, Object.assign(current, wanted));
      };
      write(settings);
      try {
        await syncGroup(group);
      } catch (error) {
        write({ healthCheck, attributes });
        throw error;
      }
    },
    async start() {
      parts.services.ec2.onInstanceState(onInstanceState);
      // EC2 tells why not, and tries again.
      for (const { arn } of cutOff) await takeDown(arn).catch(() => undefined);
      for (const group of [...state.targetGroups.values()]) {
        // Nothing was left in flight by the power cut.
        group.targets = group.targets.filter(({ phase }) => phase !== 'draining');
        beginChecks(group);
      }
      await Promise.all([...state.loadBalancers.values()].map(({ arn }) => bringUp(arn)));
    },
    stop() {
      stopped = true;
      watching?.();
    },
  };
}

/** Runs a change; the result puts its rows back, but for those that were changed again since. */
function undoable(collections: readonly Collection<unknown>[], change: () => void): () => void {
  const before = collections.map((collection) => new Map(collection.entries()));
  change();
  const after = collections.map((collection) => new Map(collection.entries()));
  return () => {
    collections.forEach((collection, index) => {
      const [old, changed] = [before[index], after[index]];
      for (const id of new Set([...(old?.keys() ?? []), ...(changed?.keys() ?? [])])) {
        const row = old?.get(id);
        if (row === changed?.get(id) || collection.get(id) !== changed?.get(id)) continue;
        if (row === undefined) collection.delete(id);
        else collection.set(id, row);
      }
    });
  };
}

function follow(target: StoredTarget, instanceState: string, now: number): StoredTarget {
  if (instanceState === 'running') {
    return target.stopped ? { ...target, stopped: false, phase: 'probing', since: now } : target;
  }
  return instanceState === 'pending' ? target : { ...target, stopped: true };
}
