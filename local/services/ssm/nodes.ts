import type { DescribeInstancesResult, Filter, Instance } from '@aws-sdk/client-ec2';
import { ask, type Parts } from '../parts.ts';
import { agentRefusal } from './agent-calls.ts';
import type { SsmState } from './state.ts';

/** A managed node: a running instance with an instance profile whose agent, which its role lets register, has been heard of. */
export interface Node {
  readonly instanceId: string;
  readonly instance: Instance;
  readonly online: boolean;
  readonly registered: number;
  readonly lastPing: number;
}

export interface Nodes {
  /** The managed nodes that pass EC2's filters. */
  list(filters?: readonly Filter[]): Promise<readonly Node[]>;
  isOnline(instanceId: string): boolean;
}

const pingInterval = 60_000;

export function managedNodes(parts: Parts, state: SsmState): Nodes {
  /** The agent registers when its machine runs; from then on the node is known, even while it is silent. */
  function register(
    instanceId: string,
    online: boolean,
  ): { registered: number; lastPing: number } | undefined {
    const known = state.nodes.get(instanceId);
    const now = parts.clock.now();
    if (!online) return known;
    if (known && now - known.lastPing < pingInterval) return { ...known, lastPing: now };
    const node = { instanceId, registered: known?.registered ?? now, lastPing: now };
    state.nodes.set(instanceId, node);
    return node;
  }

  return {
    isOnline: (instanceId) => parts.instances.isRunning(instanceId),

    async list(filters = []) {
      const running = { Name: 'instance-state-name', Values: ['running'] };
      const { Reservations: reservations = [] } = await ask<DescribeInstancesResult>(
        parts,
        'ec2',
        'DescribeInstances',
        {
          Filters: [running, ...filters],
        },
      );
      const nodes: Node[] = [];
      for (const instance of reservations.flatMap(({ Instances }) => Instances ?? [])) {
        const instanceId = instance.InstanceId ?? '';
        if (!instance.IamInstanceProfile) continue;
        const online =
          parts.instances.isRunning(instanceId) &&
          (await agentRefusal(parts, instanceId, 'register')) === undefined;
        const known = register(instanceId, online);
        if (known)
          nodes.push({
            instanceId,
            instance,
            online,
            registered: known.registered,
            lastPing: known.lastPing,
          });
      }
      return nodes;
    },
  };
}
