import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createInstances, type InstancesOptions } from '../../../local/instances/plane.ts';

describe('disks', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'disks-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('stay if they are named or being made', () => {
    for (const name of ['i-1', 'i-2.new', 'snap-1', 'snap-1.new', 'snap-2', 'vol-1'])
      mkdirSync(join(folder, 'disks', name, 'etc'), { recursive: true });
    const plane = createInstances({ folder } as InstancesOptions);
    mkdirSync(join(folder, 'disks', 'vol-2.new'));
    plane.sweep(['i-1', 'i-2', 'snap-1', 'vol-1']);
    expect(readdirSync(join(folder, 'disks')).sort()).to.deep.equal(['i-1', 'snap-1', 'vol-1', 'vol-2.new']);
  });
});
