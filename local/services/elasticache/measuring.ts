import type { CacheMeasure } from '../parts.ts';
import type { CachePlane } from './redis/plane.ts';
import type { CacheState, StoredNode } from './state.ts';

/** What CloudWatch measures of each node, as its server tells it; those that do not answer are left out. */
export async function measureAll({ groups }: CacheState, plane: CachePlane): Promise<CacheMeasure[]> {
  const nodes = [...groups.values()].flatMap((group) => group.nodes);
  const measured = await Promise.all(nodes.map((node) => measure(plane, node)));
  return measured.filter((one) => one !== undefined);
}

async function measure(plane: CachePlane, { id, hostId }: StoredNode): Promise<CacheMeasure | undefined> {
  const facts = await plane.facts(hostId);
  if (!facts) return undefined;
  const number = (name: string): number => Number(facts.get(name) ?? 0);
  const isReplica = facts.get('role') === 'slave';
  return {
    node: id,
    cpuSeconds: number('used_cpu_sys') + number('used_cpu_user'),
    evictions: number('evicted_keys'),
    hits: number('keyspace_hits'),
    misses: number('keyspace_misses'),
    usedMemoryBytes: number('used_memory'),
    totalMemoryBytes: number('maxmemory') || number('total_system_memory'),
    // Whoever asks is a client as well.
    connections: Math.max(0, number('connected_clients') - 1),
    items: Number(/^keys=(\d+)/.exec(facts.get('db0') ?? '')?.[1] ?? 0),
    // The primary is heard every second.
    ...(isReplica && { lagSeconds: Math.max(0, number('master_last_io_seconds_ago')) }),
  };
}
