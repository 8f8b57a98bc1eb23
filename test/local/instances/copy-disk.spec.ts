import { expect } from 'chai';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyDisk } from '../../../local/instances/copy-disk.ts';
import { writeUserData } from '../../../local/instances/disk.ts';
import { failure } from '../../support/failure.ts';

describe('a copy of a disk', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'disk-'));
    mkdirSync(join(folder, 'i-1/etc'), { recursive: true });
    writeFileSync(join(folder, 'i-1/etc/secret'), 'old', { mode: 0o600 });
    linkSync(join(folder, 'i-1/etc/secret'), join(folder, 'i-1/etc/same'));
    symlinkSync('/run', join(folder, 'i-1/var-run'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('has all that files have and shares nothing with the original', async () => {
    const seen: number[] = [];
    await copyDisk(join(folder, 'i-1'), join(folder, 'snap-1'), {
      onProgress: (percent) => seen.push(percent),
    });
    writeFileSync(join(folder, 'i-1/etc/secret'), 'new');
    expect(readFileSync(join(folder, 'snap-1/etc/secret'), 'utf8')).to.equal('old');
    expect(lstatSync(join(folder, 'snap-1/etc/secret'))).to.include({ nlink: 2 });
    expect(lstatSync(join(folder, 'snap-1/etc/secret')).mode & 0o777).to.equal(0o600);
    expect(readlinkSync(join(folder, 'snap-1/var-run'))).to.equal('/run');
    expect(seen.at(-1)).to.equal(99);
  });

  it('is there whole or not at all', async () => {
    const broken = copyDisk(join(folder, 'i-1'), join(folder, 'snap-1'), {
      finish: () => {
        throw new Error('the power is gone');
      },
    });
    expect((await failure(broken)).message).to.equal('the power is gone');
    expect(existsSync(join(folder, 'snap-1'))).to.equal(false);
    await copyDisk(join(folder, 'i-1'), join(folder, 'snap-1'));
    expect(existsSync(join(folder, 'snap-1.new'))).to.equal(false);
  });

  it('runs the user data of the instance that it is in, not of the one it came from', () => {
    const disk = join(folder, 'i-1');
    const machine = { imageId: 'ami-1', hostname: 'ip-10-0-0-4', privateAddress: '10.0.0.4' };
    writeUserData(disk, { ...machine, instanceId: 'i-1', userData: '#!/bin/sh\necho one' });
    const cloud = join(disk, 'var/lib/cloud/instance');
    writeFileSync(join(cloud, 'boot-finished'), '0\n');
    writeUserData(disk, { ...machine, instanceId: 'i-2', userData: '#!/bin/sh\necho two' });
    expect(existsSync(join(cloud, 'boot-finished'))).to.equal(false);
    expect(readFileSync(join(cloud, 'user-data'), 'utf8')).to.contain('two');
  });
});
