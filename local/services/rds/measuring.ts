import type { DatabaseMeasure } from '../parts.ts';
import { memoryOf, serverless } from './engines.ts';
import type { DatabasePlane } from './mariadb/plane.ts';
import { replicationUser } from './mariadb/replication.ts';
import { isWriter, serverOf } from './names.ts';
import type { DatabaseState, StoredInstance } from './state.ts';

/** What CloudWatch measures of each DB instance, read from its server; those that do not answer are left out. */
export async function measureAll(state: DatabaseState, plane: DatabasePlane): Promise<DatabaseMeasure[]> {
  const measured = await Promise.all(
    [...state.instances.values()].map((instance) => measure(state, plane, instance).catch(() => undefined)),
  );
  return measured.filter((one) => one !== undefined);
}

/** Those who are no clients. */
const own = ['root', 'system user', 'event_scheduler', replicationUser];

async function measure(
  state: DatabaseState,
  plane: DatabasePlane,
  instance: StoredInstance,
): Promise<DatabaseMeasure | undefined> {
  const hostId = serverOf(state, instance)?.hostId;
  const usage = hostId === undefined ? undefined : plane.usage(hostId);
  if (hostId === undefined || !usage) return undefined;
  const [clients] = await plane.query(
    hostId,
    'select count(*) as connections from information_schema.processlist where user not in (?)',
    [own],
  );
  const [replication] = await plane.query(hostId, 'show slave status');
  const lag = replication?.Seconds_Behind_Master;
  const capacity =
    instance.cluster === undefined ? undefined : state.clusters.get(instance.cluster)?.serverless;
  const isServerless = instance.instanceClass === serverless && capacity !== undefined;
  return {
    instance: instance.id,
    ...(instance.cluster !== undefined && {
      cluster: instance.cluster,
      role: isWriter(state, instance) ? ('WRITER' as const) : ('READER' as const),
    }),
    ...usage,
    totalMemoryBytes: isServerless
      ? capacity.maxCapacity * gibPerUnit * 2 ** 30
      : memoryOf(instance.instanceClass) * 2 ** 30,
    connections: Number(clients?.connections ?? 0),
    ...(lag !== undefined && lag !== null && { lagSeconds: Number(lag) }),
    ...(instance.cluster === undefined && {
      freeStorageBytes: instance.allocatedStorageGb * 2 ** 30 - (await plane.size(hostId)),
    }),
    ...(isServerless && { capacity }),
  };
}

/** Of an Aurora capacity unit. */
const gibPerUnit = 2;
