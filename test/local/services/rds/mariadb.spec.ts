import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { mariadbPlane } from '../../../../local/services/rds/mariadb/plane.ts';
import type { Parts } from '../../../../local/services/parts.ts';

describe("databases' folders", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'databases-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('stay if they are named or being made, and the template always', () => {
    const open = () => mariadbPlane({ folder } as Parts, { onEnd: () => undefined });
    open().sweep([], []);
    for (const name of ['template', 'template.new', 'db-1', 'db-1.new', 'db-2'])
      mkdirSync(join(folder, 'databases', name, 'mysql'), { recursive: true });
    for (const name of ['noon', 'noon.new', 'volume-db-1', 'volume-db-2'])
      mkdirSync(join(folder, 'database-snapshots', name), { recursive: true });
    const plane = open();
    for (const name of ['db-3', 'db-3.new']) mkdirSync(join(folder, 'databases', name));
    plane.sweep(['db-1'], ['noon', 'volume-db-1']);
    expect(readdirSync(join(folder, 'databases')).sort()).to.deep.equal(['db-1', 'db-3.new', 'template']);
    expect(readdirSync(join(folder, 'database-snapshots')).sort()).to.deep.equal(['noon', 'volume-db-1']);
    expect(plane.hasSnapshot('volume-db-1')).to.equal(true);
    expect(plane.hasSnapshot('volume-db-2')).to.equal(false);
  });
});
