import type { Parts } from '../parts.ts';
import { successor } from './failover.ts';
import { prepare } from './mariadb/accounts.ts';
import type { DatabasePlane } from './mariadb/plane.ts';
import * as replication from './mariadb/replication.ts';
import { maxConnectionsOf } from './engines.ts';
import { passwordOf } from './passwords.ts';
import type { Record } from './recorder.ts';
import {
  serversOf,
  update,
  type DatabaseState,
  type StoredGroup,
  type StoredServer,
  type StoredSnapshot,
} from './state.ts';

/** Makes servers do what the state says, and the state follow what happens to servers. */
export interface Keeping {
  /** Brings a group to its state, again and again until it is there. Calls for one group take turns. */
  bringUp(key: string): Promise<void>;
  /** Does something with a group while nothing else happens to it. */
  inTurn<T>(key: string, action: () => Promise<T>): Promise<T>;
  /** A server died. */
  onEnd(hostId: string): void;
  start(): void;
  stop(): void;
}

const retryInterval = 1000;
const syncDeadline = 30_000;
const syncInterval = 25;

export function keeping(parts: Parts, state: DatabaseState, plane: DatabasePlane, record: Record): Keeping {
  const turns = new Map<string, Promise<unknown>>();
  let stopped = false;
  const isStopped = (): boolean => stopped;
  const isDown = ({ availabilityZone }: StoredServer): boolean => parts.outages.isDown(availabilityZone);
  const isUp = (server: StoredServer): boolean => plane.isRunning(server.hostId) && !isDown(server);
  const staying = (key: string) => serversOf(state, key).filter(({ isLeaving }) => !isLeaving);
  const change = (key: string, changes: Partial<StoredGroup>) => {
    update(state.groups, key, changes);
  };

  function inTurn<T>(key: string, action: () => Promise<T>): Promise<T> {
    const turn = (turns.get(key) ?? Promise.resolve()).then(action);
    turns.set(
      key,
      turn.catch(() => undefined),
    );
    return turn;
  }

  const bringUp = (key: string): Promise<void> => inTurn(key, () => attempt(key));

  async function attempt(key: string): Promise<void> {
    if (stopped || !state.groups.has(key)) return;
    try {
      await settle(key);
    } catch (error) {
      if (isStopped()) return;
      console.error(`RDS: ${key} is not as it should be yet: ${(error as Error).message}`);
      parts.clock.after(retryInterval, () => void bringUp(key));
    }
  }

  async function settle(key: string): Promise<void> {
    // A dead writer comes first: clients wait for it.
    await lead(key);
    await takeSnapshots(key);
    await removeLeaving(key);
    const group = state.groups.get(key);
    if (!group || (await isEnding(group))) return;
    await connect(key);
    await lead(key);
    await prepareAccounts(key);
    await followWriter(key);
    // Of a read replica that had nothing before.
    await takeSnapshots(key);
    becomeAvailable(key);
  }

  /** Deleted groups end with their last server; stopped ones keep their data. */
  async function isEnding({ key, status }: StoredGroup): Promise<boolean> {
    // A final snapshot may have been asked for while the last server went: it is made of what that has left.
    if (status === 'deleting' && serversOf(state, key).length === 0 && !dueSnapshot(key)) forget(key);
    if (status === 'stopping' || status === 'stopped') {
      await Promise.all(serversOf(state, key).map(({ hostId }) => plane.halt(hostId)));
      setStatus(key, 'stopped');
      return true;
    }
    return !state.groups.has(key) || status === 'deleting';
  }

  function forget(key: string): void {
    const { origin, secretArn } = state.groups.get(key) ?? {};
    if (origin?.startsWith('volume-')) plane.removeSnapshot(origin);
    if (secretArn !== undefined) parts.services.secretsmanager.forget(secretArn);
    state.groups.delete(key);
    const id = key.slice(key.indexOf(':') + 1);
    if (state.clusters.delete(id)) record('db-cluster', id, 'DB cluster deleted');
  }

  function setStatus(key: string, status: StoredGroup['status']): void {
    change(key, { status });
    for (const { instance } of staying(key)) update(state.instances, instance, { status });
  }

  function becomeAvailable(key: string): void {
    const { status } = state.groups.get(key) ?? {};
    // Somebody stopped or deleted it meanwhile: that comes next.
    if (status === 'stopping' || status === 'stopped' || status === 'deleting') return;
    change(key, { status: 'available' });
    for (const { instance: id } of staying(key)) {
      const instance = state.instances.get(id);
      if (!instance || instance.status === 'available' || instance.status === 'deleting') continue;
      update(state.instances, id, { status: 'available' });
      record(
        'db-instance',
        id,
        instance.status === 'creating' ? 'DB instance created' : 'DB instance restarted',
      );
    }
    if (status === 'creating' && key.startsWith('cluster:'))
      record('db-cluster', key.slice('cluster:'.length), 'DB cluster created');
  }

  async function removeLeaving(key: string): Promise<void> {
    for (const { hostId, isLeaving, instance } of serversOf(state, key)) {
      if (!isLeaving) continue;
      await keepVolume(key, hostId);
      await plane.discard(hostId);
      await parts.services.ec2.removeHost(hostId);
      state.servers.delete(hostId);
      if (state.groups.get(key)?.writer === hostId) {
        const { writer: _, ...rest } = state.groups.get(key) ?? ({} as StoredGroup);
        state.groups.set(key, rest);
      }
      if (serversOf(state, key).some((server) => server.instance === instance)) continue;
      if (state.instances.get(instance)?.status !== 'deleting') continue;
      state.instances.delete(instance);
      record('db-instance', instance, 'DB instance deleted');
    }
  }

  /** A cluster's data outlives its instances: the last one leaves it for the next, or for a final snapshot. */
  async function keepVolume(key: string, hostId: string): Promise<void> {
    const group = state.groups.get(key);
    const isLast = serversOf(state, key).length === 1 && group?.writer === hostId;
    if (!key.startsWith('cluster:') || !isLast || !plane.hasData(hostId)) return;
    const origin = `volume-${hostId}`;
    await plane.keep(hostId, origin);
    change(key, { origin });
  }

  /** The power may have gone between a volume's new name and the note of it. */
  function adoptVolumes(): void {
    for (const { key, writer, origin } of [...state.groups.values()]) {
      if (writer === undefined || origin !== undefined || plane.hasData(writer)) continue;
      if (plane.hasSnapshot(`volume-${writer}`)) change(key, { origin: `volume-${writer}` });
    }
  }

  const dueSnapshot = (key: string): StoredSnapshot | undefined =>
    [...state.snapshots.values()].find(({ of, status }) => of === key && status === 'creating');

  /** Until none is due: another one may be asked for meanwhile, and what it is of deleted with it. */
  async function takeSnapshots(key: string): Promise<void> {
    for (let due = dueSnapshot(key); due; due = dueSnapshot(key)) {
      const { id, kind } = due;
      const group = state.groups.get(key);
      if (!group) return;
      const writer = state.servers.get(group.writer ?? '');
      if (writer && plane.hasData(writer.hostId)) {
        // A stopped one is started for it, and stopped again by what comes after.
        await plane.start(model(group, writer));
        await plane.save(writer.hostId, id);
      } else if (group.origin !== undefined) await plane.copySnapshot(group.origin, id);
      // A read replica gets its source's data first, unless it goes before that.
      else if (group.upstream !== undefined && group.status !== 'deleting') return;
      else await plane.saveEmpty(id);
      update(state.snapshots, id, { status: 'available' });
      record(kind === 'cluster' ? 'db-cluster-snapshot' : 'db-snapshot', id, 'Snapshot created');
    }
  }

  /** Gives new servers their network. Servers copy from one another on AWS's own, across groups too. */
  async function connect(key: string): Promise<void> {
    const group = state.groups.get(key);
    await Promise.all(
      staying(key).map(async ({ hostId, subnetId, instance, address }) => {
        if (!group || address !== undefined) return;
        const cluster = `database-${group.upstream ?? key}`;
        const request = { subnetId, securityGroupIds: group.securityGroups, isPublic: false, cluster };
        const description = `RDS ${instance}`;
        const [made] = await parts.services.ec2.createInterfaces(hostId, [{ ...request, description }]);
        if (made) update(state.servers, hostId, { address: made.privateAddress });
      }),
    );
  }

  /** Sees to it that the group has a writer that runs: the old one, a replica, or a new one. */
  async function lead(key: string): Promise<void> {
    const group = state.groups.get(key);
    const servers = staying(key).filter(({ address }) => address !== undefined);
    if (!group || group.status === 'stopping' || group.status === 'stopped' || servers.length === 0) return;
    const writer = servers.find(({ hostId }) => hostId === group.writer);
    if (writer && isUp(writer)) return;
    const next = await bestReplica(group, servers);
    if (next) await takeOver(group, next, writer);
    else await startWriter(group, writer ?? firstOf(servers));
  }

  const firstOf = (servers: readonly StoredServer[]): StoredServer | undefined =>
    servers.toSorted((a, b) => a.promotionTier - b.promotionTier || a.created - b.created)[0];

  async function bestReplica(
    group: StoredGroup,
    servers: readonly StoredServer[],
  ): Promise<StoredServer | undefined> {
    const able = servers.filter(
      (one) => one.hostId !== group.writer && one.isSynchronized && one.follows === group.writer && isUp(one),
    );
    const candidates = await Promise.all(
      able.map(async ({ hostId, promotionTier }) => {
        const replica = await replication.replicaOf(plane, hostId);
        return replica ? [{ hostId, promotionTier, received: replica.received }] : [];
      }),
    );
    const chosen = successor(candidates.flat(), group.successor);
    return able.find(({ hostId }) => hostId === chosen);
  }

  async function takeOver(
    group: StoredGroup,
    next: StoredServer,
    old: StoredServer | undefined,
  ): Promise<void> {
    await replication.promote(plane, next.hostId);
    // From now on only the new writer has what is acknowledged, until others are synchronized with it.
    for (const { hostId } of serversOf(state, group.key))
      update(state.servers, hostId, { isSynchronized: false });
    const { successor: _, ...rest } = state.groups.get(group.key) ?? group;
    state.groups.set(group.key, { ...rest, writer: next.hostId });
    const from = old ? ` from DB instance ${old.instance}` : '';
    for (const other of state.groups.values()) if (other.upstream === group.key) void bringUp(other.key);
    const [kind, id = ''] = group.key.split(':');
    if (kind === 'cluster')
      record('db-cluster', id, `Completed failover${from} to DB instance: ${next.instance}`);
    else record('db-instance', id, 'Multi-AZ instance failover completed');
  }

  async function startWriter(group: StoredGroup, server: StoredServer | undefined): Promise<void> {
    if (!server) return;
    if (isDown(server)) throw new Error(`its zone ${server.availabilityZone} is down`);
    const { hostId } = server;
    if (!plane.hasData(hostId)) {
      if (group.upstream !== undefined) return copyFromUpstream(group, server);
      if (group.origin === undefined) await plane.create(hostId);
      else await plane.restore(group.origin, hostId);
      change(group.key, { isPrepared: false });
    }
    await plane.start(model(group, server));
    await (group.upstream === undefined ? replication.lead(plane, hostId) : followUpstream(group, hostId));
    const { origin, ...rest } = state.groups.get(group.key) ?? group;
    state.groups.set(group.key, { ...rest, writer: hostId });
    if (origin?.startsWith('volume-')) plane.removeSnapshot(origin);
    if (group.writer !== undefined)
      record('db-instance', server.instance, 'Recovery of the DB instance is complete');
  }

  /** A read replica begins as a copy of its source's data, and follows its writer from there. */
  async function copyFromUpstream(group: StoredGroup, { hostId }: StoredServer): Promise<void> {
    const source = await upstreamOf(group);
    const place = await plane.clone(source.hostId, hostId);
    await plane.start(model(group, { hostId }));
    await replication.follow(plane, hostId, source, place);
    change(group.key, { writer: hostId, isPrepared: true });
  }

  async function followUpstream(group: StoredGroup, hostId: string): Promise<void> {
    await replication.follow(plane, hostId, await upstreamOf(group));
  }

  async function upstreamOf(group: StoredGroup) {
    const {
      writer = '',
      port = 0,
      replicationPassword: password = '',
    } = state.groups.get(group.upstream ?? '') ?? {};
    const { hostId = '', address = '' } = state.servers.get(writer) ?? {};
    if (!plane.isRunning(hostId)) throw new Error('its source does not run yet');
    return { hostId, address, port, password };
  }

  function model(group: StoredGroup, server: Pick<StoredServer, 'hostId'>) {
    const { instance } = state.servers.get(server.hostId) ?? {};
    const { instanceClass = '' } = state.instances.get(instance ?? '') ?? {};
    return {
      hostId: server.hostId,
      // From the host's own random name, so that no two servers are the same one to a third.
      number: Number.parseInt(server.hostId.slice(-7), 16) + 1,
      port: group.port,
      maxConnections: maxConnectionsOf(instanceClass),
      isReadOnly: true,
    };
  }

  /** A password is the pending one first: whoever asked for the rotation may have been cut off. */
  async function prepareAccounts(key: string): Promise<void> {
    const group = state.groups.get(key);
    if (!group || group.isPrepared || group.writer === undefined || group.upstream !== undefined) return;
    const { password, adopt } = passwordOf(group, parts.services.secretsmanager);
    await prepare(plane, group.writer, group, password);
    adopt();
    change(key, { isPrepared: true, password });
  }

  /** Starts servers that do not run as replicas of the writer, and waits until they have all it has. */
  async function followWriter(key: string): Promise<void> {
    const group = state.groups.get(key);
    const writer = state.servers.get(group?.writer ?? '');
    if (!group || !writer?.address) return;
    if (group.upstream !== undefined) return stayWithUpstream(group, writer);
    const others = staying(key).filter((one) => one.hostId !== writer.hostId && !isDown(one));
    // With nobody to acknowledge, commits would wait for ever.
    if (!others.some((one) => isUp(one) && one.isSynchronized))
      await replication.waitForReplicas(plane, writer.hostId, false);
    for (const server of others) await synchronize(group, writer, server);
    const behind = others.filter(({ hostId }) => !state.servers.get(hostId)?.isSynchronized);
    if (behind.length === 0) return;
    const catchUp = () => Promise.all(behind.map(({ hostId }) => caughtUp(writer.hostId, hostId)));
    await catchUp();
    // From here on commits wait for a replica; one that connected before does not know and connects again.
    await replication.waitForReplicas(plane, writer.hostId, true);
    try {
      for (const { hostId } of behind) await replication.reconnect(plane, hostId);
      await catchUp();
    } catch (error) {
      if (behind.length === others.length) await replication.waitForReplicas(plane, writer.hostId, false);
      throw error;
    }
    for (const { hostId } of behind) update(state.servers, hostId, { isSynchronized: true });
  }

  /** A read replica goes along when its source's writer is another one, and begins anew when it cannot go on. */
  async function stayWithUpstream(group: StoredGroup, { hostId }: StoredServer): Promise<void> {
    const source = await upstreamOf(group);
    const replica = await replication.replicaOf(plane, hostId);
    if (replica?.error) {
      await plane.discard(hostId);
      throw new Error(`the read replica stopped: ${replica.error}`);
    }
    if (replica?.primary !== source.address) await replication.follow(plane, hostId, source);
  }

  async function synchronize(group: StoredGroup, writer: StoredServer, server: StoredServer): Promise<void> {
    const { hostId } = server;
    const source = { address: writer.address ?? '', port: group.port, password: group.replicationPassword };
    const isOfWriter = server.follows === writer.hostId && plane.hasData(hostId);
    if (isOfWriter && plane.isRunning(hostId)) {
      const replica = await replication.replicaOf(plane, hostId);
      if (replica?.error === '') return;
    }
    update(state.servers, hostId, { isSynchronized: false });
    if (isOfWriter && !plane.isRunning(hostId)) {
      await plane.start(model(group, server));
      await replication.follow(plane, hostId, source);
      return;
    }
    // What another writer left behind may hold commits that nobody was told of: it is copied anew.
    await plane.discard(hostId);
    const place = await plane.clone(writer.hostId, hostId);
    await plane.start(model(group, server));
    await replication.follow(plane, hostId, source, place);
    update(state.servers, hostId, { follows: writer.hostId });
  }

  async function caughtUp(writer: string, hostId: string): Promise<void> {
    const goal = await replication.writtenBy(plane, writer);
    const deadline = parts.clock.now() + syncDeadline;
    for (;;) {
      const replica = await replication.replicaOf(plane, hostId);
      if (replica?.isConnected && replica.received >= goal) return;
      if (replica && replica.error !== '') {
        update(state.servers, hostId, { follows: '' });
        throw new Error(`the replica ${hostId} stopped: ${replica.error}`);
      }
      if (stopped || parts.clock.now() > deadline) throw new Error(`the replica ${hostId} is behind`);
      await new Promise<void>((done) => parts.clock.after(syncInterval, done));
    }
  }

  return {
    bringUp,
    inTurn,
    onEnd(hostId) {
      const server = state.servers.get(hostId);
      const group = server && state.groups.get(server.group);
      if (!group || stopped) return;
      record('db-instance', server.instance, 'The DB instance has failed and is being recovered');
      const isWriter = group.writer === hostId;
      if (state.instances.get(server.instance)?.status === 'available')
        update(state.instances, server.instance, { status: isWriter ? 'failing-over' : 'rebooting' });
      void bringUp(server.group);
      for (const other of state.groups.values()) if (other.upstream === server.group) void bringUp(other.key);
    },
    start() {
      adoptVolumes();
      const groups = [...state.groups.values()];
      plane.sweep(
        [...state.servers.values()].map(({ hostId }) => hostId),
        [
          ...[...state.snapshots.values()].map(({ id }) => id),
          ...groups.flatMap(({ origin }) => origin ?? []),
        ],
      );
      for (const { key } of groups) void bringUp(key);
    },
    stop() {
      stopped = true;
    },
  };
}
