import { execFileSync, spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { quoteForShell, userData } from '../../../infra/environment/user-data.ts';

const args = {
  region: 'eu-central-1',
  bucket: 'versions',
  agent: { key: 'agent/abc.mjs', sha256: 'abc' },
  descriptor: '/beanpole/mywordpress/dev/web/instance',
  slot: 'green',
  platform: 'nodejs',
  mountsFiles: false,
} as const;

describe('user data', () => {
  const script = userData(args);

  it('is a script that /bin/sh can read', () => {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
    expect(stderr).to.equal('');
    expect(status).to.equal(0);
  });

  for (const [platform, wanted] of [
    ['php', 'php8.3-fpm'],
    ['python', 'python3.11'],
  ] as const)
    it(`installs what the platform ${platform} needs, and nothing of it for others`, () => {
      const own = userData({ ...args, platform });
      expect(own).to.include(wanted);
      expect(script).not.to.include(wanted);
      expect(spawnSync('sh', ['-n'], { input: own }).status).to.equal(0);
    });

  it('stops at the first failure', () => {
    expect(script).to.match(/^#!\/bin\/sh\nset -eu\n/);
  });

  it('tells the agent which descriptor and which slot are its own', () => {
    expect(script).to.include(
      'BEANPOLE_DESCRIPTOR=/beanpole/mywordpress/dev/web/instance\nBEANPOLE_SLOT=green\nAWS_REGION=eu-central-1\n',
    );
  });

  it('checks what it fetched before it runs it', () => {
    const fetched = script.indexOf('--output "$agent.new"');
    const checked = script.indexOf('sha256sum --check');
    const moved = script.indexOf('mv "$agent.new" "$agent"');
    const started = script.indexOf('systemctl enable --now beanpole-agent');
    expect([fetched, checked, moved, started]).to.deep.equal(
      [fetched, checked, moved, started].sort((a, b) => a - b),
    );
    expect(fetched).to.be.above(0);
  });

  it('does not fetch an agent that is there and right', () => {
    const looked = script.indexOf('if ! echo "$agent_sha256  $agent" | sha256sum --check');
    expect(looked).to.be.above(0);
    expect(looked).to.be.below(script.indexOf('attempt fetch_agent'));
  });

  it('stops, where an image is prepared, before all that is one instance’s own', () => {
    const end = script.indexOf('[ "${1-}" != prepare ] || exit 0');
    expect(end).to.be.above(script.indexOf('mv "$agent.new" "$agent"'));
    const after = script.slice(end);
    for (const own of ['BEANPOLE_DESCRIPTOR', 'BEANPOLE_SLOT', 'systemctl']) {
      expect(after).to.include(own);
      expect(script.slice(0, end)).not.to.include(own);
    }
  });

  it('asks the metadata service only within a session', () => {
    expect(script).to.include('X-aws-ec2-metadata-token-ttl-seconds');
    expect(script.match(/meta-data/g)).to.have.lengthOf(1);
    expect(script).to.include('-H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/$1"');
  });

  it('keeps credentials out of arguments', () => {
    expect(script).not.to.match(/(--user|-u|-H)[^\n]*(SecretAccessKey|Token\))/);
    expect(script).to.include('--config -');
  });

  it('has room left below the 16 KB that EC2 takes', () => {
    expect(script).to.have.length.below(8 * 1024);
  });
});

describe('quoteForShell', () => {
  for (const text of ['plain', "it's", '$(reboot)', '`reboot`', 'a\nb', '"', '\\', ''])
    it(`gives ${JSON.stringify(text)} to the shell as it is`, () => {
      expect(execFileSync('sh', ['-c', `printf %s ${quoteForShell(text)}`], { encoding: 'utf8' })).to.equal(
        text,
      );
    });
});
