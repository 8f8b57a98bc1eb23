import type { Parts } from '../parts.ts';
import { successor } from './failover.ts';
import { certificateNames } from './names.ts';
import { parameterGroupNamed } from './parameter-groups.ts';
import { settingsOf } from './parameters.ts';
import type { Record } from './recorder.ts';
import type { NodeModel } from './redis/config.ts';
import type { CachePlane } from './redis/plane.ts';
import type { CacheState, StoredGroup, StoredNode } from './state.ts';

/** Makes servers do what the state says, and the state follow what happens to servers. */
export interface Caching {
  /** Brings a group to its state, again and again until it is there. Calls for one group take turns. */
  bringUp(groupId: string): Promise<void>;
  /** A node's server died. */
  onEnd(hostId: string): void;
  start(): void;
  stop(): void;
}

const retryInterval = 1000;
const syncDeadline = 20_000;
const syncInterval = 20;
/** AWS's certificates are valid for about a year; these live as long as a server at least. */
const certificateDays = 397;
const oneDay = 24 * 60 * 60 * 1000;

export function caching(parts: Parts, state: CacheState, plane: CachePlane, record: Record): Caching {
  const turns = new Map<string, Promise<void>>();
  let stopped = false;
  const isStopped = (): boolean => stopped;
  /** Its zone is down: its server cannot be started. */
  const isDark = ({ availabilityZone }: StoredNode): boolean => parts.outages.isDown(availabilityZone);

  function bringUp(groupId: string): Promise<void> {
    const turn = (turns.get(groupId) ?? Promise.resolve()).then(() => attempt(groupId));
    turns.set(groupId, turn);
    return turn;
  }

  async function attempt(groupId: string): Promise<void> {
    if (stopped || !state.groups.has(groupId)) return;
    try {
      await settle(groupId);
    } catch (error) {
      if (isStopped()) return;
      console.error(`ElastiCache: ${groupId} is not as it should be yet: ${(error as Error).message}`);
      parts.clock.after(retryInterval, () => void bringUp(groupId));
    }
  }

  const current = (groupId: string): StoredGroup | undefined => state.groups.get(groupId);
  function change(groupId: string, changes: Partial<StoredGroup>): void {
    const found = current(groupId);
    if (found) state.groups.set(groupId, { ...found, ...changes });
  }
  function changeNode(groupId: string, nodeId: string, changes: Partial<StoredNode>): void {
    const nodes = current(groupId)?.nodes.map((node) =>
      node.id === nodeId ? { ...node, ...changes } : node,
    );
    if (nodes) change(groupId, { nodes });
  }

  async function settle(groupId: string): Promise<void> {
    const group = current(groupId);
    if (!group) return;
    if (group.status === 'deleting') {
      await remove(group, group.nodes);
      state.groups.delete(groupId);
      record('replication-group', groupId, `Replication group ${groupId} deleted`);
      return;
    }
    // A dead primary comes first: clients wait for it.
    await lead(groupId);
    await remove(
      group,
      group.nodes.filter(({ status }) => status === 'deleting'),
    );
    await connect(groupId);
    await lead(groupId);
    await follow(groupId);
    await synchronized(groupId);
    const settled = current(groupId);
    if (settled && settled.status !== 'deleting') {
      const isNew = settled.status === 'creating';
      const nodes = settled.nodes.map((node) =>
        node.status === 'creating' ? { ...node, status: 'available' as const } : node,
      );
      change(groupId, { status: 'available', nodes });
      if (isNew) record('replication-group', groupId, `Replication group ${groupId} created`);
    }
  }

  async function remove(group: StoredGroup, nodes: readonly StoredNode[]): Promise<void> {
    for (const { id, hostId } of nodes) {
      await plane.remove(hostId);
      await parts.services.ec2.removeHost(hostId);
      change(group.id, { nodes: current(group.id)?.nodes.filter((node) => node.id !== id) ?? [] });
      record('cache-cluster', id, `Removed cache node ${id}`);
    }
  }

  /** Gives new nodes their network. */
  async function connect(groupId: string): Promise<void> {
    const group = current(groupId);
    if (!group) return;
    await Promise.all(
      group.nodes.map(async ({ id, hostId, subnetId, address }) => {
        if (address !== undefined) return;
        const network = {
          securityGroupIds: group.securityGroups,
          isPublic: false,
          cluster: `cache-${groupId}`,
        };
        const request = { subnetId, description: `ElastiCache ${id}`, ...network };
        const [made] = await parts.services.ec2.createInterfaces(hostId, [request]);
        if (made) changeNode(groupId, id, { address: made.privateAddress });
      }),
    );
  }

  /** Sees to it that the group has a primary that runs: the old one, a replica, or a new one. */
  async function lead(groupId: string): Promise<void> {
    const group = current(groupId);
    const primary = group?.nodes.find(({ id }) => id === group.primary);
    if (!group || primary?.address === undefined || plane.isRunning(primary.hostId)) return;
    const next = await bestReplica(group);
    if (!next) {
      if (isDark(primary)) throw new Error(`the zone of ${primary.id} is down`);
      await plane.start(await model(group, primary));
      return;
    }
    if (group.automaticFailover) {
      await plane.lead(next.hostId);
      change(groupId, { primary: next.id });
      record(
        'replication-group',
        groupId,
        `Failover from master node ${primary.id} to replica node ${next.id} completed`,
      );
      return;
    }
    // Without automatic failover the primary stays the primary, and takes its data from the best replica.
    await plane.start(await model(group, primary, next));
    await until(async () => (await plane.replication(primary.hostId))?.isSynchronized === true);
    await plane.lead(primary.hostId);
    record('cache-cluster', primary.id, `Recovered cache node ${primary.id}`);
  }

  async function bestReplica(group: StoredGroup): Promise<StoredNode | undefined> {
    const replicas = group.nodes.filter(({ id, status }) => id !== group.primary && status === 'available');
    const candidates = await Promise.all(
      replicas.map(async ({ id, hostId }) => ({ id, offset: (await plane.replication(hostId))?.offset })),
    );
    const chosen = successor(candidates);
    return replicas.find(({ id }) => id === chosen);
  }

  /** Starts replicas that do not run, and points those that follow another primary to the right one. */
  async function follow(groupId: string): Promise<void> {
    const group = current(groupId);
    const primary = group?.nodes.find(({ id }) => id === group.primary);
    if (!group || primary?.address === undefined) return;
    const { address } = primary;
    await Promise.all(
      group.nodes.map(async (node) => {
        if (node.id === primary.id || node.status === 'deleting' || isDark(node)) return;
        if (!plane.isRunning(node.hostId)) {
          await plane.start(await model(group, node, primary));
          if (node.status === 'available')
            record('cache-cluster', node.id, `Recovered cache node ${node.id}`);
        } else if ((await plane.replication(node.hostId))?.primary !== address)
          await plane.follow(node.hostId, address, group.port);
      }),
    );
    for (const node of group.nodes)
      if (plane.isRunning(node.hostId)) await plane.configure(await model(group, node));
  }

  async function synchronized(groupId: string): Promise<void> {
    await until(async () => {
      const expected = (node: StoredNode) => node.status !== 'deleting' && !isDark(node);
      const nodes = current(groupId)?.nodes.filter(expected) ?? [];
      const seen = await Promise.all(nodes.map(({ hostId }) => plane.replication(hostId)));
      return seen.every((replication) => replication?.isSynchronized === true);
    });
  }

  async function until(isTrue: () => Promise<boolean>): Promise<void> {
    const deadline = parts.clock.now() + syncDeadline;
    while (!(await isTrue())) {
      if (stopped) return;
      if (parts.clock.now() > deadline) throw new Error('a replica is not synchronized with its primary');
      await new Promise<void>((done) => parts.clock.after(syncInterval, done));
    }
  }

  async function model(group: StoredGroup, node: StoredNode, primary?: StoredNode): Promise<NodeModel> {
    const tls = group.transitEncryption ? await certificateOf(group) : undefined;
    return {
      hostId: node.hostId,
      port: group.port,
      ...(tls && { tls }),
      authTokens: group.authTokens,
      adminPassword: group.adminPassword,
      settings: settingsOf(group, parameterGroupNamed(state, group.parameterGroup)),
      ...(primary?.address !== undefined && { primary: primary.address }),
    };
  }

  const certificates = new Map<string, Promise<NonNullable<NodeModel['tls']>>>();
  function certificateOf(group: StoredGroup): Promise<NonNullable<NodeModel['tls']>> {
    let made = certificates.get(group.id);
    if (!made) certificates.set(group.id, (made = issue(group)));
    return made;
  }
  async function issue(group: StoredGroup): Promise<NonNullable<NodeModel['tls']>> {
    const now = parts.clock.now();
    const { certificate, privateKey, chain } = await parts.authority.issue({
      names: certificateNames(group, parts.region),
      notBefore: new Date(now - oneDay),
      notAfter: new Date(now + certificateDays * oneDay),
    });
    return { certificate, privateKey, root: chain };
  }

  return {
    bringUp,
    onEnd(hostId) {
      const group = [...state.groups.values()].find(({ nodes }) =>
        nodes.some((node) => node.hostId === hostId),
      );
      const node = group?.nodes.find((one) => one.hostId === hostId);
      if (!group || !node || stopped) return;
      record('cache-cluster', node.id, `Cache node ${node.id} failed`);
      if (group.status === 'available') change(group.id, { status: 'modifying' });
      void bringUp(group.id);
    },
    start() {
      for (const { id, status } of [...state.groups.values()]) {
        if (status === 'available') change(id, { status: 'modifying' });
        void bringUp(id);
      }
    },
    stop() {
      stopped = true;
    },
  };
}
