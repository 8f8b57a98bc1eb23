import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { lastLines } from '../../../agent/deploy/last-lines.ts';
import { Tail } from '../../../agent/logs/tail.ts';

describe('a followed log file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tail-'));
    file = path.join(folder, 'web.log');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = async (tail: Tail, room = Infinity) => {
    const lines: string[] = [];
    await tail.read(
      (line) => lines.push(line),
      () => lines.length < room,
    );
    return lines;
  };

  it('gives whole lines once, also those that come in pieces', async () => {
    const tail = new Tail(file, 0);
    expect(await read(tail)).to.deep.equal([]);
    await writeFile(file, 'one\ntw');
    expect(await read(tail)).to.deep.equal(['one']);
    expect(tail.position).to.equal(4);
    await appendFile(file, 'ö\nthree\n');
    expect(await read(tail)).to.deep.equal(['twö', 'three']);
  });

  it('goes on where the last agent left off', async () => {
    await writeFile(file, 'one\ntwo\n');
    expect(await read(new Tail(file, 4))).to.deep.equal(['two']);
  });

  it('begins anew when somebody emptied it', async () => {
    const tail = new Tail(file, 0);
    await writeFile(file, 'a long first line\n');
    await read(tail);
    await writeFile(file, 'new\n');
    expect(await read(tail)).to.deep.equal(['new']);
  });

  it('waits while its reader has no room', async () => {
    await writeFile(file, `${'x'.repeat(100)}\n`.repeat(2000));
    const tail = new Tail(file, 0);
    const first = await read(tail, 1);
    const rest = await read(tail);
    expect(first.length).to.be.lessThan(2000);
    expect(first.length + rest.length).to.equal(2000);
  });

  it('passes an endless line on in pieces', async () => {
    await writeFile(file, 'x'.repeat(100_000));
    expect((await read(new Tail(file, 0))).length).to.be.greaterThan(0);
  });

  it('is shortened without losing what was not read', async () => {
    await writeFile(file, `${'x'.repeat(1023)}\n`.repeat(200));
    const tail = new Tail(file, 0);
    await read(tail);
    await tail.shorten();
    await appendFile(file, 'after\n');
    expect(await read(tail)).to.deep.equal(['after']);
  });

  it('tells its last lines', async () => {
    await writeFile(file, 'one\n\ntwo\nthree');
    expect(await lastLines(file, { count: 2 })).to.deep.equal(['two', 'three']);
    expect(await lastLines(path.join(folder, 'none.log'))).to.deep.equal([]);
  });
});
