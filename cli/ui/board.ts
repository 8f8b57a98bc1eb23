import { duration } from './duration.ts';
import type { Paint } from './paint.ts';

export type RowState = 'running' | 'done' | 'failed' | 'waiting';

interface Row {
  text: string;
  state: RowState;
  startedAt: number;
  endedAt?: number;
  deadlineAt?: number;
}

/** Rows of work under way: what, how long, until when at most. */
export interface Board {
  /** Sets what a row says; a new key adds a row. */
  row(key: string, text: string, state?: RowState, deadlineAt?: number): void;
  /** A line that stays. */
  line(text: string): void;
  /** Leaves the rows as they are and gives the screen back. */
  close(): void;
}

export interface Screen {
  write(text: string): void;
  readonly columns: number;
  readonly rows: number;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const redrawMilliseconds = 100;
const maximumRows = 24;

/** Redraws its rows in place; for a terminal. */
export function liveBoard(screen: Screen, paint: Paint, now: () => number): Board {
  const rows = new Map<string, Row>();
  let drawn = 0;
  let frame = 0;
  const clear = () => {
    if (drawn > 0) screen.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const draw = () => {
    clear();
    const lines = [...rows.values()].slice(-Math.min(maximumRows, screen.rows - 1)).map((row) => {
      const sign = { running: frames[frame % frames.length] ?? '', done: '✔', failed: '✖', waiting: '·' }[
        row.state
      ];
      return colourOf(row, paint)(fitted(`${sign} ${row.text}`, timesOf(row, now()), screen.columns - 1));
    });
    screen.write(lines.map((line) => `${line}\n`).join(''));
    drawn = lines.length;
  };
  const timer = setInterval(() => {
    frame += 1;
    draw();
  }, redrawMilliseconds);
  return {
    row(key, text, state = 'running', deadlineAt) {
      put(rows, key, text, state, deadlineAt, now());
      draw();
    },
    line(text) {
      clear();
      screen.write(`${text}\n`);
      draw();
    },
    close() {
      clearInterval(timer);
      draw();
    },
  };
}

/** One line per event; for logs and pipes. */
export function plainBoard(write: (line: string) => void, now: () => number): Board {
  const rows = new Map<string, Row>();
  return {
    row(key, text, state = 'running', deadlineAt) {
      const before = rows.get(key);
      if (before?.text === text && before.state === state) return;
      const row = put(rows, key, text, state, deadlineAt, now());
      const time = state === 'done' || state === 'failed' ? ` (${duration(now() - row.startedAt)})` : '';
      write(`${{ running: '', done: 'ok: ', failed: 'FAILED: ', waiting: '' }[state]}${text}${time}`);
    },
    line: write,
    close: () => undefined,
  };
}

function put(
  rows: Map<string, Row>,
  key: string,
  text: string,
  state: RowState,
  deadlineAt: number | undefined,
  at: number,
): Row {
  const row = rows.get(key) ?? { text, state, startedAt: at };
  // What was over and runs again counts from now.
  if (row.endedAt !== undefined && state === 'running') row.startedAt = at;
  row.text = text;
  row.state = state;
  if (deadlineAt !== undefined) row.deadlineAt = deadlineAt;
  if (state === 'running' || state === 'waiting') delete row.endedAt;
  else row.endedAt ??= at;
  rows.set(key, row);
  return row;
}

/** Of a text too long for its line the end goes, not the time. */
function fitted(text: string, times: string, columns: number): string {
  const room = columns - (times === '' ? 0 : times.length + 1);
  const short = text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
  return `${short} ${times}`.trimEnd().slice(0, columns);
}

function timesOf({ state, startedAt, endedAt, deadlineAt }: Row, now: number): string {
  if (state === 'waiting') return '';
  const elapsed = duration((endedAt ?? now) - startedAt);
  return state === 'running' && deadlineAt !== undefined
    ? `${elapsed}, at most ${duration(deadlineAt - startedAt)}`
    : elapsed;
}

function colourOf({ state }: Row, paint: Paint): (text: string) => string {
  if (state === 'done') return paint.good;
  if (state === 'failed') return paint.bad;
  return state === 'waiting' ? paint.quiet : (text) => text;
}
