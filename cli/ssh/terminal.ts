import { createInterface } from 'node:readline/promises';
import type { TerminalSize } from './data-channel.ts';

/** The terminal in front of the person, or what is there instead. */
export interface LocalTerminal {
  /** Undefined: input or output is no terminal. */
  size(): TerminalSize | undefined;
  /** Hands over every key as it is pressed, Ctrl-C too, until the result is called. */
  capture(onInput: (bytes: Buffer) => void, onResize: () => void): () => void;
  show(bytes: Buffer): void;
  ask(question: string, signal: AbortSignal): Promise<string>;
}

type Streams = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'once' | 'off'>;

export function localTerminal(process: Streams): LocalTerminal {
  const { stdin, stdout, stderr } = process;
  return {
    size: () => (stdin.isTTY && stdout.isTTY ? { columns: stdout.columns, rows: stdout.rows } : undefined),

    capture(onInput, onResize) {
      stdin.setRawMode(true);
      stdin.on('data', onInput).resume();
      stdout.on('resize', onResize);
      const restore = (): void => {
        process.off('exit', restore);
        stdin.off('data', onInput).pause();
        stdout.off('resize', onResize);
        stdin.setRawMode(false);
      };
      // However the command ends: a shell behind a raw terminal could not be used any more.
      process.once('exit', restore);
      return restore;
    },

    // Waits where the reader is slow: Linux writes to terminals and pipes at once.
    show: (bytes) => void stdout.write(bytes),

    async ask(question, signal) {
      const reader = createInterface({ input: stdin, output: stderr });
      try {
        return await reader.question(question, { signal });
      } finally {
        reader.close();
      }
    },
  };
}
