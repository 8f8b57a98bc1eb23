import type { ElastiCache, Parts } from '../parts.ts';
import { elastiCacheAuthorization } from './authorization.ts';
import { caching } from './caching.ts';
import { cacheClusterOperations } from './cache-clusters.ts';
import { eventOperations } from './events.ts';
import { measureAll } from './measuring.ts';
import { addressesOf } from './names.ts';
import { parameterGroupOperations } from './parameter-groups.ts';
import { recorder } from './recorder.ts';
import { redisPlane, type CachePlane, type PlaneEvents } from './redis/plane.ts';
import { replicationGroupChanges } from './replication-group-changes.ts';
import { replicationGroupOperations } from './replication-groups.ts';
import { cacheState } from './state.ts';
import { subnetGroupOperations } from './subnet-groups.ts';
import { tagOperations } from './tags.ts';

type MakePlane = (parts: Parts, events: PlaneEvents) => CachePlane;

/**
 * ElastiCache: replication groups of Valkey and Redis with cluster mode disabled, each node a Redis server of
 * its own. Differences to AWS: one server version behind all engine versions, no backups, no users but the
 * default one.
 */
export function createElastiCache(parts: Parts, makePlane: MakePlane = redisPlane) {
  const state = cacheState(parts);
  const record = recorder(parts, state);
  const plane = makePlane(parts, {
    onEnd(hostId) {
      keeper.onEnd(hostId);
    },
  });
  const keeper = caching(parts, state, plane, record);
  return {
    name: 'elasticache',
    authorization: elastiCacheAuthorization(parts, state),
    operations: {
      ...replicationGroupOperations(parts, state, keeper),
      ...replicationGroupChanges(parts, state, keeper, plane, record),
      ...cacheClusterOperations(parts, state),
      ...subnetGroupOperations(parts, state),
      ...parameterGroupOperations(parts, state, keeper),
      ...tagOperations(state),
      ...eventOperations(parts, state),
    },
    resolve(name: string): readonly string[] | undefined {
      const wanted = name.toLowerCase().replace(/\.$/, '');
      if (!wanted.endsWith('.cache.amazonaws.com')) return undefined;
      for (const group of state.groups.values()) {
        const addresses = addressesOf(group, wanted, parts.region);
        if (addresses) return addresses;
      }
      return undefined;
    },
    measure: () => measureAll(state, plane),
    crash(cacheClusterId: string): boolean {
      const nodes = [...state.groups.values()].flatMap((group) => group.nodes);
      const node = nodes.find(({ id }) => id === cacheClusterId);
      if (!node || !plane.isRunning(node.hostId)) return false;
      plane.crash(node.hostId);
      return true;
    },
    async start() {
      parts.outages.onChange(async (zone) => {
        for (const { id, nodes } of [...state.groups.values()]) {
          const hit = nodes.filter(({ availabilityZone }) => availabilityZone === zone);
          for (const { hostId } of hit) if (plane.isRunning(hostId)) plane.crash(hostId);
          if (hit.length > 0 && !parts.outages.isDown(zone)) void keeper.bringUp(id);
        }
      });
      keeper.start();
    },
    async stop() {
      keeper.stop();
      await plane.stop();
    },
  } satisfies ElastiCache;
}
