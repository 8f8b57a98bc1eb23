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
  /** Progress of long work; one at a time. */
  board(): Board;
  /** Colours for data and for notes: each goes its own way, and may end in a terminal or not. */
  readonly dataPaint: Paint;
  readonly paint: Paint;
}

export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export function createUi({ stdout, stderr }: Streams, environment: NodeJS.ProcessEnv, now: () => number): Ui {
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
