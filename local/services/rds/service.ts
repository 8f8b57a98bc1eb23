import type { DescribeDBEngineVersionsCommandInput } from '@aws-sdk/client-rds';
import type { Databases, Parts } from '../parts.ts';
import { rdsAuthorization } from './authorization.ts';
import { changing } from './changing.ts';
import { clusterOperations } from './clusters.ts';
import { copyOperations } from './copies.ts';
import { checkEngine, familyOf, versions } from './engines.ts';
import { eventOperations } from './events.ts';
import { instanceChanges } from './instance-changes.ts';
import { instanceOperations } from './instances.ts';
import { keeping } from './keeping.ts';
import { mariadbPlane, type DatabasePlane, type PlaneEvents } from './mariadb/plane.ts';
import { measureAll } from './measuring.ts';
import { addressesOf, serverOf } from './names.ts';
import { recorder } from './recorder.ts';
import { snapshotOperations } from './snapshots.ts';
import { databaseState } from './state.ts';
import { subnetGroupOperations } from './subnet-groups.ts';
import { tagOperations } from './tags.ts';

type MakePlane = (parts: Parts, events: PlaneEvents) => DatabasePlane;

/**
 * RDS: MySQL instances (also Multi-AZ, and with read replicas) and Aurora MySQL clusters, each server a MariaDB
 * of its own. Differences to AWS: changes are made at once, default parameter groups only, no automated
 * backups, no public instances; members of an Aurora cluster copy from one another instead of sharing storage.
 */
export function createRds(parts: Parts, makePlane: MakePlane = mariadbPlane) {
  const state = databaseState(parts);
  const record = recorder(parts, state);
  const plane = makePlane(parts, {
    onEnd(hostId) {
      keeper.onEnd(hostId);
    },
  });
  const keeper = keeping(parts, state, plane, record);
  const changes = changing(parts, state, keeper, plane);
  return {
    name: 'rds',
    authorization: rdsAuthorization(parts, state),
    operations: {
      ...clusterOperations(parts, state, changes),
      ...instanceOperations(parts, state, changes),
      ...instanceChanges(parts, state, changes, plane),
      ...copyOperations(parts, state, changes),
      ...snapshotOperations(parts, state, keeper, plane),
      ...subnetGroupOperations(parts, state),
      ...tagOperations(state),
      ...eventOperations(parts, state),
      DescribeDBEngineVersions(input: DescribeDBEngineVersionsCommandInput) {
        const engines =
          input.Engine === undefined ? (['aurora-mysql', 'mysql'] as const) : [checkEngine(input.Engine)];
        return {
          DBEngineVersions: engines.flatMap((Engine) =>
            versions[Engine].map((EngineVersion) => ({
              Engine,
              EngineVersion,
              DBParameterGroupFamily: familyOf(Engine, EngineVersion),
              Status: 'available',
            })),
          ),
        };
      },
    },
    resolve: (name: string) => addressesOf(state, parts, name),
    measure: () => measureAll(state, plane),
    crash(id: string): boolean {
      const instance = state.instances.get(id);
      const server = instance && serverOf(state, instance);
      return server !== undefined && plane.crash(server.hostId);
    },
    async start() {
      parts.services.secretsmanager.onRotate('rds', changes.rotate);
      parts.outages.onChange(async (zone) => {
        for (const { hostId, availabilityZone, group } of [...state.servers.values()]) {
          if (availabilityZone !== zone) continue;
          if (parts.outages.isDown(zone)) plane.crash(hostId);
          else void keeper.bringUp(group);
        }
      });
      keeper.start();
    },
    async stop() {
      keeper.stop();
      await plane.stop();
    },
  } satisfies Databases;
}
