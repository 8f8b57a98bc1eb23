import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { isMounted, mountFiles, type Mounter } from '../../agent/shared-files.ts';

describe('the shared file system on an instance', () => {
  const line = (mountPoint: string) => `379 498 254:0 /uploads ${mountPoint} rw,relatime - ext4 /dev/vda rw`;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'files-'));
  });
  after(() => rm(folder, { recursive: true }));

  const mounting = async (mounts: string): Promise<(readonly string[])[]> => {
    const calls: (readonly string[])[] = [];
    const mounter: Mounter = { mounts: async () => mounts, mount: async (args) => void calls.push(args) };
    const mountPath = path.join(folder, 'uploads');
    await mountFiles({ fileSystemId: 'fs-1', accessPointId: 'fsap-2', mountPath }, mounter);
    return calls;
  };

  it('is mounted through its access point, encrypted, at a path that is made', async () => {
    const mountPath = path.join(folder, 'uploads');
    expect(await mounting(line('/'))).to.deep.equal([
      ['-t', 'efs', '-o', 'tls,_netdev,accesspoint=fsap-2', 'fs-1:/', mountPath],
    ]);
    expect((await stat(mountPath)).isDirectory()).to.equal(true);
  });

  it('is left alone when it is mounted', async () => {
    expect(await mounting(`${line('/')}\n${line(path.join(folder, 'uploads'))}\n`)).to.deep.equal([]);
  });

  it('is told from what is mounted beside or below it', () => {
    expect(isMounted(line('/mnt/uploads'), '/mnt/uploads')).to.equal(true);
    for (const other of ['/mnt', '/mnt/uploads2', '/mnt/uploads/below'])
      expect(isMounted(line(other), '/mnt/uploads')).to.equal(false);
  });

  it('says why it could not be mounted', async () => {
    const refused: Mounter = {
      mounts: async () => '',
      mount: async () => {
        throw new Error('no mount target');
      },
    };
    const files = { fileSystemId: 'fs-1', accessPointId: 'fsap-2', mountPath: path.join(folder, 'x') };
    const failed = await mountFiles(files, refused).catch((error: unknown) => error as Error);
    expect(failed).to.have.property('message', 'no mount target');
  });
});
