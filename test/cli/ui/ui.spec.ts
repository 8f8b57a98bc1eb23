import { expect } from 'chai';
import { plainBoard, liveBoard } from '../../../cli/ui/board.ts';
import { ago, duration, size } from '../../../cli/ui/duration.ts';
import { paintFor, withColour, withoutColour } from '../../../cli/ui/paint.ts';
import { table } from '../../../cli/ui/table.ts';

describe('the board without a terminal', () => {
  it('prints one line per change', () => {
    const lines: string[] = [];
    let now = 0;
    const board = plainBoard(
      (line) => lines.push(line),
      () => now,
    );
    board.row('i-1', 'i-1: v2 deploying');
    board.row('i-1', 'i-1: v2 deploying');
    now = 1500;
    board.row('i-1', 'i-1: v2 deployed', 'done');
    expect(lines).to.deep.equal(['i-1: v2 deploying', 'ok: i-1: v2 deployed (1.5 s)']);
  });
});

describe('a row that runs again', () => {
  it('counts from then on', () => {
    const lines: string[] = [];
    let now = 0;
    const board = plainBoard(
      (line) => lines.push(line),
      () => now,
    );
    board.row('i-1', 'v2', 'failed');
    now = 60_000;
    board.row('i-1', 'v1');
    now = 61_000;
    board.row('i-1', 'v1', 'done');
    expect(lines.at(-1)).to.equal('ok: v1 (1.0 s)');
  });
});

describe('the board of a terminal', () => {
  it('shows elapsed time and deadline, and never more than the width', () => {
    let text = '';
    let now = 0;
    const board = liveBoard(
      { write: (more) => (text += more), columns: 50, rows: 24 },
      withoutColour,
      () => now,
    );
    board.row('i-1', 'i-1: v2 deploying', 'running', 300_000);
    now = 12_000;
    board.row('i-2', 'x'.repeat(100));
    board.close();
    expect(text).to.contain('i-1: v2 deploying 12 s, at most');
    expect(text).to.contain('xxx… 0 ms');
    // eslint-disable-next-line no-control-regex -- cursor movements are not part of a line
    for (const line of text.replace(/\u001b\[\d*[AJ]/g, '').split('\n'))
      expect(line.length).to.be.lessThan(50);
  });
});

describe('words for numbers', () => {
  it('are as exact as a reader needs', () => {
    expect([850, 4200, 42_000, 200_000].map(duration)).to.deep.equal([
      '850 ms',
      '4.2 s',
      '42 s',
      '3 min 20 s',
    ]);
    expect([5000, 600_000, 7_200_000, 172_800_000].map(ago)).to.deep.equal([
      '5 s ago',
      '10 min ago',
      '2 h ago',
      '2 days ago',
    ]);
    expect([12, 12_300, 4_200_000].map(size)).to.deep.equal(['12 B', '12.3 kB', '4.2 MB']);
  });
});

describe('colour', () => {
  it('needs a terminal and no NO_COLOR', () => {
    expect(paintFor(true, {})).to.equal(withColour);
    expect(paintFor(true, { NO_COLOR: '1' })).to.equal(withoutColour);
    expect(paintFor(false, {})).to.equal(withoutColour);
  });

  it('takes no room in a table', () => {
    const text = table(
      ['A', 'B'],
      [
        [withColour.good('x'), 'y'],
        ['longer', 'z'],
      ],
    );
    expect(text.split('\n')[1]).to.equal(`${withColour.good('x')}       y`);
  });
});
