import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { liveBoard, plainBoard, type Board } from './board.ts';
import { paintFor, type Paint } from './paint.ts';

/** Data goes to standard output, everything else to standard error. */
export interface Ui {
  /** What the command was asked for. */
  data(text: string): void;
  /** As one JSON document. */
  json(value: unknown): void;
  note(text: string): void;
  warn(text: string): void;
  /** The command that helps next, and what for. */
  next(command: string, purpose: string): void;
  /** Asks a person; no is the default. Undefined: there is nobody to ask. */
  confirm(question: string): Promise<boolean | undefined>;
  /** Progress of long work; one at a time. */
  board(): Board;
  /** Colours for data and for notes: each goes its own way, and may end in a terminal or not. */
  readonly dataPaint: Paint;
  readonly paint: Paint;
}

export interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export function createUi(
  { stdin, stdout, stderr }: Streams,
  environment: NodeJS.ProcessEnv,
  now: () => number,
): Ui {
  const paint = paintFor(stderr.isTTY, environment);
  const note = (text: string) => {
    stderr.write(`${text}\n`);
  };
  return {
    dataPaint: paintFor(stdout.isTTY, environment),
    paint,
    data(text) {
      stdout.write(`${text}\n`);
    },
    json(value) {
      stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    note,
    warn(text) {
      note(paint.careful(`Warning: ${text}`));
    },
    next(command, purpose) {
      note(`Next: ${paint.strong(command)}   (${purpose})`);
    },
    async confirm(question) {
      if (!stdin.isTTY || !stderr.isTTY) return undefined;
      const asking = createInterface({ input: stdin, output: stderr });
      // Ctrl-C and the end of the input close it without an answer.
      const closed = once(asking, 'close').then(() => '');
      const answer = await Promise.race([asking.question(`${question} [y/N] `), closed]);
      asking.close();
      return /^y(es)?$/i.test(answer.trim());
    },
    board() {
      if (!stderr.isTTY || environment.TERM === 'dumb') return plainBoard(note, now);
      const screen = {
        write: (text: string) => void stderr.write(text),
        columns: stderr.columns || 80,
        rows: stderr.rows || 24,
      };
      return liveBoard(screen, paint, now);
    },
  };
}
