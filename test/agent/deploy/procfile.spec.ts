import { expect } from 'chai';
import { parseProcfile, processCommands } from '../../../agent/deploy/procfile.ts';

describe('Procfile', () => {
  it('names process types and commands, with comments and Windows line ends', () => {
    const text = '# comment\r\n\r\nweb: node server.js --port $PORT\r\nqueue-1:node consumer.js\n';
    expect(parseProcfile(text)).to.deep.equal({
      commands: { web: 'node server.js --port $PORT', 'queue-1': 'node consumer.js' },
    });
  });

  for (const { title, text, problem } of [
    {
      title: 'a line that is none',
      text: 'web node server.js',
      problem: 'line 1 is not "name: command": web node',
    },
    { title: 'a name without command', text: 'web:', problem: 'line 1 is not "name: command"' },
    { title: 'a name given twice', text: 'web: a\nweb: b', problem: 'line 2 names web a second time' },
    { title: 'no web', text: 'jobs: node jobs.js', problem: 'has no process "web"' },
    { title: 'nothing', text: '', problem: 'has no process "web"' },
    { title: 'a name of the prototype', text: 'web: a\n__proto__: b\n__proto__: c', problem: '' },
  ])
    it(`with ${title} is ${problem === '' ? 'not a surprise' : 'refused'}`, () => {
      const parsed = parseProcfile(text);
      expect('problem' in parsed ? parsed.problem : '').to.include(problem);
    });

  it('may be missing when a nodejs bundle has a start script', () => {
    const packageJson = '{"scripts":{"start":"node server.js"}}';
    const files = { procfile: undefined, packageJson };
    expect(processCommands({ platform: 'nodejs', ...files })).to.deep.equal({
      commands: { web: 'node server.js' },
    });
    expect(processCommands({ platform: 'procfile', ...files }))
      .to.have.property('problem')
      .that.includes('no Procfile');
  });

  it('and start script both missing is said with what to add', () => {
    for (const packageJson of [
      undefined,
      '{}',
      'not json',
      '{"scripts":{"start":" "}}',
      '{"scripts":{"start":7}}',
    ])
      expect(processCommands({ platform: 'nodejs', procfile: undefined, packageJson }))
        .to.have.property('problem')
        .that.includes('Add a file "Procfile" with a line like "web: node server.js"');
  });
});
