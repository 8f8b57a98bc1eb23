import { expect } from 'chai';
import { noOptions } from '../../../agent/preparation/option-settings.ts';
import { phpFpmConfig } from '../../../agent/preparation/php.ts';
import {
  documentedPorts,
  portsOf,
  processesOf,
  withOwnPort,
  wsgiApplication,
  type ProcessFiles,
} from '../../../agent/preparation/processes.ts';

const files = (more: Partial<ProcessFiles>): ProcessFiles => ({
  platform: 'nodejs',
  procfile: undefined,
  packageJson: undefined,
  options: noOptions,
  ...more,
});

describe('the processes of a bundle', () => {
  it('are those of its Procfile; release is none of them', () => {
    const procfile = 'web: node a.js\nmail: node b.js\nrelease: node migrate.js';
    expect(processesOf(files({ procfile }))).to.deep.equal({
      commands: { web: 'node a.js', mail: 'node b.js' },
      release: 'node migrate.js',
      isFastCgi: false,
    });
  });

  it('begin with what the platform starts by itself', () => {
    const packageJson = '{"scripts":{"start":"node server.js"}}';
    expect(processesOf(files({ packageJson }))).to.have.nested.property('commands.web', 'node server.js');
    expect(processesOf(files({ platform: 'python' })))
      .to.have.nested.property('commands.web')
      .that.includes('gunicorn --bind "127.0.0.1:$PORT" --workers 1 --threads 15 application:application');
    expect(processesOf(files({ platform: 'php', procfile: 'mail: php mail.php' }))).to.deep.include({
      isFastCgi: true,
    });
  });

  it('of Python follow the options of its container', () => {
    const options = {
      ...noOptions,
      python: { WSGIPath: 'shop/wsgi.py', NumProcesses: '3', NumThreads: '$(reboot)' },
    };
    expect(processesOf(files({ platform: 'python', options })))
      .to.have.nested.property('commands.web')
      .that.includes("--workers 3 --threads '$(reboot)' shop.wsgi:application");
  });

  for (const { title, given, problem } of [
    { title: 'no start command', given: {}, problem: 'neither a Procfile nor a "start" script' },
    { title: 'a package.json that is none', given: { packageJson: 'not json' }, problem: 'neither' },
    {
      title: 'a start script that is blank',
      given: { packageJson: '{"scripts":{"start":" "}}' },
      problem: 'neither',
    },
    { title: 'no web', given: { procfile: 'jobs: node jobs.js' }, problem: 'has no process "web"' },
    {
      title: 'nothing on the platform procfile',
      given: { platform: 'procfile', packageJson: '{"scripts":{"start":"node a"}}' },
      problem: 'has no Procfile',
    },
    {
      title: 'a process with the name of its nginx',
      given: { procfile: 'web: a\nproxy: b' },
      problem: '"proxy"',
    },
    {
      title: 'more processes than ports',
      given: { procfile: ['web: a', ...Array.from({ length: 15 }, (_, index) => `p${index}: b`)].join('\n') },
      problem: '16 processes, 15 are allowed',
    },
  ] as const)
    it(`are refused with ${title}`, () => {
      expect(processesOf(files(given)))
        .to.have.property('problem')
        .that.includes(problem);
    });

  it('have a port each, their nginx the first', () => {
    const commands = { mail: 'b', web: 'a' };
    expect(portsOf(commands, 5117, false)).to.deep.equal({ web: 5117, mail: 5118 });
    expect(portsOf(commands, 5117, true)).to.deep.equal({ proxy: 5117, web: 5118, mail: 5119 });
  });

  it('are known to nginx configurations by the ports of the documentation', () => {
    const known = documentedPorts({ web: 'a', mail: 'b' }, { web: 5118, mail: 5119 });
    expect([...known]).to.deep.equal([
      [5000, 5118],
      [5100, 5119],
      [8000, 5118],
    ]);
  });

  for (const { command, name, index, fitted } of [
    {
      command: 'gunicorn --bind :8000 app:app',
      name: 'web',
      index: 0,
      fitted: 'gunicorn --bind :$PORT app:app',
    },
    { command: 'gunicorn -b 0.0.0.0:8000 a', name: 'web', index: 0, fitted: 'gunicorn -b 0.0.0.0:$PORT a' },
    {
      command: 'java -jar a.jar --server.port=5000',
      name: 'web',
      index: 0,
      fitted: 'java -jar a.jar --server.port=$PORT',
    },
    { command: 'node b.js 5100', name: 'mail', index: 1, fitted: 'node b.js $PORT' },
    { command: 'node b.js 5100', name: 'web', index: 0, fitted: 'node b.js 5100' },
    {
      command: 'sleep 50000; echo v5000 5000.1',
      name: 'web',
      index: 0,
      fitted: 'sleep 50000; echo v5000 5000.1',
    },
  ])
    it(`get their own port into "${command}" as ${name}`, () => {
      expect(withOwnPort(command, name, index)).to.equal(fitted);
    });

  it('of Python are found by file, module or callable', () => {
    expect(['application', 'shop/wsgi.py', 'shop.wsgi', 'shop.wsgi:app'].map(wsgiApplication)).to.deep.equal([
      'application:application',
      'shop.wsgi:application',
      'shop.wsgi:application',
      'shop.wsgi:app',
    ]);
  });

  it('of PHP get their settings, each on one line', () => {
    const options = { ...noOptions, php: { memory_limit: '64M\nlisten = 80', document_root: '/public' } };
    const config = phpFpmConfig(5118, options);
    expect(config)
      .to.include('listen = 127.0.0.1:5118')
      .and.include('php_admin_value[memory_limit] = 64M listen = 80');
    expect(config).not.to.include('document_root');
  });
});
