import { expect } from 'chai';
import { parseEnvironment } from '../../../local/instances/disk.ts';
import { parseStat } from '../../../local/instances/processes.ts';
import { forbidden, insideCommand, sandboxCommand } from '../../../local/instances/sandbox.ts';

const command = sandboxCommand({
  disk: '/state/disks/i-1',
  imageFolder: '/image',
  node: '/opt/n/bin/node',
  hostname: 'ip-10-0-1-5',
  topFolders: ['/lib64'],
  replaced: ['systemctl'],
  shown: '/state/run/shown/i-1',
}).join(' ');

describe('the sandbox of an instance', () => {
  it('is its disk over the machine`s programs, which it cannot change', () => {
    expect(command).to.match(/^bwrap --bind \/state\/disks\/i-1 \/ --ro-bind \/usr \/usr /);
    expect(command).to.contain('--bind /state/disks/i-1/usr/local /usr/local --ro-bind /lib64 /lib64');
    expect(command).to.contain('--ro-bind /opt/n/bin/node /opt/node/bin/node');
    expect(command).to.contain('--ro-bind /image/bin/systemctl /usr/bin/systemctl');
  });

  it('never lets an instance set the machine`s clock or load into its kernel, by boot or by command', () => {
    const inside = insideCommand(42, ['date']).join(' ');
    expect(forbidden).to.include.members(['sys_time', 'sys_module', 'sys_boot', 'mknod']);
    for (const name of forbidden) {
      expect(command).to.contain(`--cap-drop CAP_${name.toUpperCase()}`);
      expect(inside).to.match(new RegExp(`--bounding-set \\S*-${name}\\b`));
    }
  });
});

describe('a process in /proc', () => {
  it('has its own time and that of its ended children, and resident pages', () => {
    const fields = ['S', 1, 1, 1, 0, -1, 0, 0, 0, 0, 0, 150, 50, 25, 75, 20, 0, 1, 0, 9, 1000, 10];
    expect(parseStat(`7 (a (b) c) ${fields.join(' ')} 0\n`)).to.deep.equal({
      cpuSeconds: 3,
      memoryBytes: 40_960,
    });
  });
});

describe('/etc/environment', () => {
  it('is read with and without quotes; what is no pair is passed over', () => {
    expect(parseEnvironment('A=1\n# no\nB="two words"\n\nC=a=b\n')).to.deep.equal({
      A: '1',
      B: 'two words',
      C: 'a=b',
    });
  });
});
