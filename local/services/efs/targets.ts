import type { Socket } from 'node:net';
import type { Parts } from '../parts.ts';
import { serveIn, type HostServer } from './host-server.ts';
import type { FilesState, StoredMountTarget } from './state.ts';

/** Keeps mount targets reachable: each a network host of its own that answers on port 2049. */
export interface MountTargets {
  /** Brings a mount target to its state, again and again until it is there. */
  bringUp(mountTargetId: string): Promise<void>;
  start(): void;
  stop(): void;
}

/** Who connects to a mount target. */
export type OnConnection = (target: StoredMountTarget, socket: Socket) => void;
export type Serve = typeof serveIn;

export const mountPort = 2049;
const retryInterval = 1000;

export function mountTargets(
  parts: Parts,
  state: FilesState,
  onConnection: OnConnection,
  serve: Serve = serveIn,
): MountTargets {
  const servers = new Map<string, HostServer>();
  const turns = new Map<string, Promise<void>>();
  let stopped = false;

  function bringUp(id: string): Promise<void> {
    const turn = (turns.get(id) ?? Promise.resolve()).then(() => attempt(id));
    turns.set(id, turn);
    return turn;
  }

  async function attempt(id: string): Promise<void> {
    if (stopped) return;
    try {
      await settle(id);
    } catch (error) {
      console.error(`EFS: ${id} is not as it should be yet: ${(error as Error).message}`);
      parts.clock.after(retryInterval, () => void bringUp(id));
    }
  }

  async function settle(id: string): Promise<void> {
    const target = state.mountTargets.get(id);
    if (!target) return;
    if (target.state === 'deleting') {
      servers.get(id)?.close();
      servers.delete(id);
      await parts.services.ec2.removeHost(target.hostId);
      state.mountTargets.delete(id);
      return;
    }
    const { hostId, subnetId, securityGroups: securityGroupIds } = target;
    const description = `EFS mount target for ${target.fileSystemId} (${id})`;
    const request = { subnetId, securityGroupIds, description, isPublic: false };
    const [made] = await parts.services.ec2.createInterfaces(hostId, [request]);
    if (!servers.has(id)) {
      const server = await serve(parts.network, hostId, mountPort, (socket) => {
        const current = state.mountTargets.get(id);
        if (current) onConnection(current, socket);
        else socket.destroy();
      });
      servers.set(id, server);
    }
    const now = state.mountTargets.get(id);
    if (!now || !made) return;
    const settled = { ...now, address: made.privateAddress, interfaceId: made.interfaceId };
    state.mountTargets.set(id, now.state === 'creating' ? { ...settled, state: 'available' } : settled);
  }

  return {
    bringUp,
    start() {
      for (const { id } of [...state.mountTargets.values()]) void bringUp(id);
    },
    stop() {
      stopped = true;
      for (const server of servers.values()) server.close();
    },
  };
}
