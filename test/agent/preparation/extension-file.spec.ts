import { expect } from 'chai';
import { parseEnvironmentManifest, parseExtension } from '../../../agent/preparation/extension-file.ts';
import { applyOptions } from '../../../agent/preparation/option-settings.ts';

const parsed = (text: string) => {
  const extension = parseExtension('.ebextensions/a.config', text);
  if ('problems' in extension) throw new Error(extension.problems.join('\n'));
  return extension;
};
const problems = (text: string): string[] => {
  const extension = parseExtension('.ebextensions/a.config', text);
  return 'problems' in extension ? extension.problems : [];
};

describe('a configuration file in .ebextensions', () => {
  it('may be empty, YAML or JSON', () => {
    expect(parsed('').sections).to.deep.equal({});
    expect(parsed('{"commands":{"a":{"command":"true"}}}').sections.commands).to.deep.equal({
      a: { command: 'true' },
    });
  });

  it('sets options by namespace, or one by one', () => {
    const byNamespace =
      'option_settings:\n  aws:elasticbeanstalk:application:environment:\n    PORT_COUNT: 3\n    DEBUG: false\n';
    const oneByOne =
      'option_settings:\n  - namespace: aws:elasticbeanstalk:application:environment\n    option_name: PORT_COUNT\n    value: 3\n  - option_name: DEBUG\n    value: false\n';
    for (const text of [byNamespace, oneByOne])
      expect(applyOptions(parsed(text).settings).properties).to.deep.equal({
        PORT_COUNT: '3',
        DEBUG: 'false',
      });
  });

  it('takes every section of the documentation', () => {
    const { sections } = parsed(`
packages: { yum: { ImageMagick: [], git: ["2.40"] } }
groups: { editors: , staff: { gid: 45 } }
users: { ada: { uid: 50, groups: [editors], homeDir: /tmp } }
sources: { /opt/tool: "https://example.com/tool.tar.gz" }
files:
  /etc/tool.conf: { mode: "000644", owner: root, group: root, content: "a=b\\n" }
commands:
  01_list: { command: [ls, -l], cwd: /tmp, env: { A: 1 }, test: "[ -d /tmp ]", ignoreErrors: true }
container_commands:
  02_migrate: { command: "node migrate.js", leader_only: true }
services: { systemd: { cron: { enabled: true, ensureRunning: true } } }
`);
    expect(sections.commands).to.deep.equal({
      '01_list': {
        command: ['ls', '-l'],
        cwd: '/tmp',
        env: { A: '1' },
        test: '[ -d /tmp ]',
        ignoreErrors: true,
      },
    });
    expect(sections.container_commands).to.deep.equal({
      '02_migrate': { command: 'node migrate.js', leader_only: true },
    });
    expect(sections.files?.['/etc/tool.conf']).to.include({ mode: '000644', content: 'a=b\n' });
  });

  it('says everything that is wrong with it', () => {
    expect(problems('commands:\n  a: { comand: ls }\nfiles:\n  relative: { content: x }\n').join('\n'))
      .to.include('.ebextensions/a.config: commands.a.command')
      .and.include('commands.a: Unrecognized key: "comand"')
      .and.include('files.relative');
  });

  for (const { title, text, problem } of [
    { title: 'a section given twice', text: 'commands: {}\ncommands: {}', problem: 'neither YAML nor JSON' },
    { title: 'broken YAML', text: 'commands: [', problem: 'neither YAML nor JSON' },
    { title: 'a list', text: '- commands', problem: 'must be a mapping' },
    { title: 'an unknown section', text: 'comands: {}', problem: 'Unrecognized key: "comands"' },
  ])
    it(`is refused with ${title}`, () => {
      expect(problems(text).join('\n')).to.include(problem);
    });

  it('tells what belongs to the Pulumi program', () => {
    expect(parsed('Resources: { Topic: { Type: "AWS::SNS::Topic" } }').notes).to.deep.equal([
      '.ebextensions/a.config: Resources has no effect: resources belong to the Pulumi program.',
    ]);
  });
});

describe('env.yaml', () => {
  it('sets options and tells what the stack file decides', () => {
    const manifest = parseEnvironmentManifest(
      'AWSConfigurationTemplateVersion: 1.1.0.0\nEnvironmentName: shop+\nOptionSettings:\n  aws:elasticbeanstalk:application:environment:\n    A: b\n',
    );
    if ('problems' in manifest) throw new Error(manifest.problems.join());
    expect(applyOptions(manifest.settings).properties).to.deep.equal({ A: 'b' });
    expect(manifest.notes).to.deep.equal([
      'env.yaml: EnvironmentName has no effect: the stack file describes the environment.',
    ]);
  });
});

describe('option settings', () => {
  const one = (namespace: string, option: string, value = 'x') =>
    applyOptions([{ namespace, option, value }]);

  it('are applied where they are the bundle’s own business', () => {
    expect(
      one('aws:elasticbeanstalk:environment:proxy:staticfiles', '/static', 'public').staticFiles,
    ).to.deep.equal({
      '/static': 'public',
    });
    expect(one('aws:elasticbeanstalk:container:php:phpini', 'document_root', '/public').php).to.deep.equal({
      document_root: '/public',
    });
    expect(one('aws:elasticbeanstalk:container:python', 'WSGIPath', 'wsgi.py').python).to.deep.equal({
      WSGIPath: 'wsgi.py',
    });
    expect(one('aws:elasticbeanstalk:environment:proxy', 'ProxyServer', 'nginx').notes).to.deep.equal([]);
  });

  it('name the key of the stack file that decides instead, or say that they have no effect', () => {
    expect(one('aws:autoscaling:asg', 'MinSize').notes[0]).to.include(
      "the environment's minSize in the stack file decides",
    );
    expect(one('aws:elasticbeanstalk:sqsd', 'HttpPath').notes[0]).to.include('httpPath');
    expect(one('aws:elasticbeanstalk:container:php:phpini', 'composer_options').notes[0]).to.include(
      'no effect here',
    );
    expect(one('aws:elasticbeanstalk:environment:proxy', 'ProxyServer', 'apache').notes[0]).to.include(
      'no effect here',
    );
  });

  it('replace earlier ones', () => {
    const namespace = 'aws:elasticbeanstalk:application:environment';
    const settings = ['1', '2'].map((value) => ({ namespace, option: 'A', value }));
    expect(applyOptions(settings).properties).to.deep.equal({ A: '2' });
  });
});
