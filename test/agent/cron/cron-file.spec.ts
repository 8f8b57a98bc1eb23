import { expect } from 'chai';
import { readCronFile } from '../../../agent/cron/cron-file.ts';
import { dueTimes } from '../../../agent/cron/due-times.ts';

const file = (...tasks: string[]) => ['version: 1', 'cron:', ...tasks].join('\n');
const task = (...more: string[]) =>
  [' - name: "clean up"', '   url: "/clean"', '   schedule: "0 */12 * * *"', ...more].join('\n');

describe('cron.yaml', () => {
  it("is Elastic Beanstalk's own", () => {
    expect(readCronFile(file(task()))).to.deep.equal([
      {
        name: 'clean up',
        url: '/clean',
        schedule: '0 */12 * * *',
        timezone: 'UTC',
        catchUp: 'latest',
        overlap: true,
      },
    ]);
    expect(readCronFile(undefined)).to.deep.equal([]);
  });

  it('knows time zones, catch-up and overlap', () => {
    const more = ['   timezone: Europe/Berlin', '   catch_up: all', '   overlap: false'];
    expect(readCronFile(file(task(...more)))[0]).to.include({
      timezone: 'Europe/Berlin',
      catchUp: 'all',
      overlap: false,
    });
  });

  for (const { title, text, problem } of [
    { title: 'no YAML', text: 'version: 1\ncron: [', problem: 'line 2: ' },
    { title: 'no version', text: 'cron: []', problem: 'line 1: the file must have "version: 1"' },
    {
      title: 'a bad schedule',
      text: file(task().replace('0 */12', '61 *')),
      problem: 'line 5: "schedule": ',
    },
    { title: 'seconds', text: file(task().replace('0 */12', '0 0 0')), problem: 'line 5: "schedule": ' },
    {
      title: 'an unknown time zone',
      text: file(task('   timezone: Mars')),
      problem: 'line 6: "timezone": there is no time zone "Mars"',
    },
    {
      title: 'a path without its slash',
      text: file(task().replace('/clean', 'clean')),
      problem: 'line 4: "url": must be a path',
    },
    {
      title: 'an unknown key',
      text: file(task('   retries: 3')),
      problem: 'line 3: a task: Unrecognized key: "retries"',
    },
    {
      title: 'the same name twice',
      text: file(task(), task()),
      problem: 'line 6: there are two tasks named "clean up"',
    },
  ])
    it(`is refused with the line and the reason: ${title}`, () => {
      expect(() => readCronFile(text)).to.throw(problem);
    });

  it('tells all problems at once', () => {
    const text = file(task('   timezone: Mars'), task().replace('/clean', 'x').replace('clean up', 'b'));
    expect(() => readCronFile(text)).to.throw(/line 6: .*; line 8: /);
  });

  it('has due times in the time of the place, over the change to summer time', () => {
    const [clean] = readCronFile(file(task('   timezone: Europe/Berlin').replace('0 */12', '30 8')));
    const tasks = clean ? [{ ...clean, after: '2026-03-28T00:00:00Z' }] : [];
    expect(dueTimes({ tasks, until: '2026-03-30T00:00:00Z' }).map(({ at }) => at)).to.deep.equal([
      '2026-03-28T07:30:00.000Z',
      '2026-03-29T06:30:00.000Z',
    ]);
  });
});
