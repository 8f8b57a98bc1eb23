import type { DescribeInstancesResult } from '@aws-sdk/client-ec2';
import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import { ask, type Parts } from '../parts.ts';
import type { Folders } from './folders.ts';
import type { Ownership } from './ownership.ts';
import { demandsEncryption } from './settings.ts';
import type { FilesState, StoredMountTarget } from './state.ts';

/** What `mount.efs` on an instance asks a mount target for, as one line of JSON. */
export interface MountRequest {
  readonly fileSystem: string;
  /** Empty: none. */
  readonly accessPoint: string;
  readonly path: string;
  readonly tls: boolean;
}

/**
 * Answers those who mount. The request has come through the network, past security groups; who asks is told
 * by the address it comes from. The answer is where on the instance the folder is to be seen; when the
 * instance has mounted it from there it says so, and the place is taken away.
 */
export function mounting(parts: Parts, state: FilesState, folders: Folders, ownership: Ownership) {
  async function serve(target: StoredMountTarget, socket: Socket): Promise<void> {
    socket.on('error', () => undefined);
    const lines = createInterface(socket)[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done === true) return;
    const root = rootOf(target, JSON.parse(first.value) as MountRequest);
    if ('refusal' in root) {
      socket.end(`refused ${root.refusal}\n`);
      return;
    }
    const instanceId = await instanceAt(target, socket.remoteAddress ?? '');
    if (instanceId === undefined) {
      socket.end('refused only instances can mount a file system here\n');
      return;
    }
    const shown = await parts.instances.show(instanceId, root.folder);
    try {
      socket.write(`mounted ${shown.path}\n`);
      await lines.next();
    } finally {
      await shown.hide();
      socket.end();
    }
  }

  function rootOf(
    target: StoredMountTarget,
    request: MountRequest,
  ): { folder: string } | { refusal: string } {
    const fileSystem = state.fileSystems.get(target.fileSystemId);
    const { accessPoint: pointId } = request;
    const point = pointId === '' ? undefined : state.accessPoints.get(pointId);
    if (fileSystem?.id !== request.fileSystem)
      return { refusal: `${request.fileSystem} is not behind this mount target` };
    if (pointId !== '' && point?.fileSystemId !== fileSystem.id)
      return { refusal: `access point ${pointId} does not exist on ${fileSystem.id}` };
    if (!request.tls && demandsEncryption(fileSystem.policy))
      return { refusal: 'access denied by server: its policy demands tls' };
    const folder = folders.root(fileSystem.id, point);
    if (folder === undefined)
      return {
        refusal: 'access denied by server: the root directory does not exist and has no creation info',
      };
    if (point) ownership.keep(folder, point);
    return { folder };
  }

  async function instanceAt({ vpcId }: StoredMountTarget, address: string): Promise<string | undefined> {
    const Filters = [
      { Name: 'vpc-id', Values: [vpcId] },
      { Name: 'private-ip-address', Values: [address.replace(/^::ffff:/, '')] },
    ];
    const found = await ask<DescribeInstancesResult>(parts, 'ec2', 'DescribeInstances', { Filters });
    return found.Reservations?.flatMap(({ Instances }) => Instances ?? [])[0]?.InstanceId;
  }

  return (target: StoredMountTarget, socket: Socket): void => {
    serve(target, socket).catch((error: unknown) => {
      socket.end(`refused ${(error as Error).message}\n`);
    });
  };
}
