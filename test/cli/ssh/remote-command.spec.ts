import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { ExitCode, remoteCommand } from '../../../cli/ssh/remote-command.ts';

const mark = '0123456789abcdef';

describe('the command of a session', () => {
  it('is a login shell in a terminal of the same size', () => {
    expect(remoteCommand({ line: undefined, size: { columns: 120, rows: 40 } }, mark)).to.equal(
      `cd; stty rows 40 cols 120; bash -l; printf '\\036%s:%s\\036' ${mark} $?`,
    );
  });

  it('reads nothing and writes bytes as they are where there is no terminal', () => {
    expect(remoteCommand({ line: "echo 'it is'", size: undefined }, mark)).to.equal(
      `cd; stty raw -echo; bash -c 'echo '\\''it is'\\''' </dev/null; printf '\\036%s:%s\\036' ${mark} $?`,
    );
  });

  for (const [line, output, code] of [
    ['echo done', 'done\n', 0],
    ['echo half; exit 7', 'half\n', 7],
    [`printf '%s' "it's"`, "it's", 0],
    ['kill -TERM $$', '', 143],
  ] as const) {
    it(`tells its exit code after its output: ${line}`, () => {
      const command = remoteCommand({ line, size: undefined }, mark);
      const told = execFileSync('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'] });
      const exitCode = new ExitCode(mark);
      expect(exitCode.take(told).toString()).to.equal(output);
      expect(exitCode.value).to.equal(code);
    });
  }
});

describe('the exit code in the output', () => {
  const told = `hello \x1e and \x1e0123 good bye\x1e${mark}:42\x1e`;

  for (const size of [1, 2, 3, 7, 20, 200]) {
    it(`is taken out of pieces of ${size} bytes`, () => {
      const exitCode = new ExitCode(mark);
      const bytes = Buffer.from(told);
      let shown = '';
      for (let at = 0; at < bytes.length; at += size)
        shown += exitCode.take(bytes.subarray(at, at + size)).toString();
      expect(shown).to.equal('hello \x1e and \x1e0123 good bye');
      expect(exitCode.value).to.equal(42);
    });
  }

  it('holds back nothing that cannot be its beginning', () => {
    const exitCode = new ExitCode(mark);
    expect(exitCode.take(Buffer.from('$ ')).toString()).to.equal('$ ');
    expect(exitCode.take(Buffer.from('\x1e01')).toString()).to.equal('');
    expect(exitCode.take(Buffer.from('x')).toString()).to.equal('\x1e01x');
    expect(exitCode.value).to.equal(undefined);
  });
});
