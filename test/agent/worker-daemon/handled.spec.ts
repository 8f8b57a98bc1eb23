import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { HandledMessages } from '../../../agent/worker-daemon/handled.ts';

describe('handled messages', () => {
  let folder: string;
  const opened: HandledMessages[] = [];
  const open = () => {
    const handled = new HandledMessages(path.join(folder, 'state', 'handled'));
    opened.push(handled);
    return handled;
  };
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'handled-'));
  });
  afterEach(() => {
    for (const handled of opened.splice(0)) handled.close();
    rmSync(folder, { recursive: true });
  });

  it('are known to the agent that comes after one that was killed', () => {
    open().add({ id: 'a', receiptHandle: 'handle-a' });
    const next = open();
    expect([next.all, next.has('a')]).to.deep.equal([[{ id: 'a', receiptHandle: 'handle-a' }], true]);
  });

  it('do not fill the disk', () => {
    const handled = open();
    for (let index = 0; index < 5000; index++) {
      handled.add({ id: `message-${index}`, receiptHandle: 'x'.repeat(100) });
      if (index > 0) handled.forget(`message-${index}`);
    }
    expect(statSync(path.join(folder, 'state', 'handled')).size).to.be.below(70_000);
    expect(open().has('message-0')).to.equal(true);
  });
});
