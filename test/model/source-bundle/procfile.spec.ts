import { expect } from 'chai';
import { parseProcfile } from '../../../model/source-bundle/procfile.ts';

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
    { title: 'a name of the prototype', text: 'web: a\n__proto__: b\n__proto__: c', problem: '' },
  ])
    it(`with ${title} is ${problem === '' ? 'not a surprise' : 'refused'}`, () => {
      const parsed = parseProcfile(text);
      expect('problem' in parsed ? parsed.problem : '').to.include(problem);
    });
});
