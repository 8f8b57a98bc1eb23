import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { surviveClosedOutputs } from '../../cli/closed-outputs.ts';

const failure = (code: string) => Object.assign(new Error(`write ${code}`), { code });

function stage(isAtWork: boolean) {
  const stdout = new EventEmitter();
  const stderr = new EventEmitter();
  const exits: number[] = [];
  surviveClosedOutputs(
    { stdout, stderr } as unknown as Parameters<typeof surviveClosedOutputs>[0],
    () => isAtWork,
    (code) => exits.push(code),
  );
  return { stdout, stderr, exits };
}

describe('an output that is closed', () => {
  for (const code of ['EPIPE', 'EIO']) {
    it(`ends a command that only prints, quietly (${code})`, () => {
      const { stdout, exits } = stage(false);
      stdout.emit('error', failure(code));
      expect(exits).to.deep.equal([0]);
    });

    it(`ends nothing that is under way (${code})`, () => {
      const { stdout, stderr, exits } = stage(true);
      stdout.emit('error', failure(code));
      stderr.emit('error', failure(code));
      expect(exits).to.deep.equal([]);
    });
  }

  it('is told from an output that fails', () => {
    const { stdout } = stage(true);
    expect(() => stdout.emit('error', failure('ENOSPC'))).to.throw('ENOSPC');
  });
});
