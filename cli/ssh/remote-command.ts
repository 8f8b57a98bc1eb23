import type { TerminalSize } from './data-channel.ts';

/** What is to run on an instance. */
export interface Wanted {
  /** A line for bash; undefined: a login shell. */
  readonly line: string | undefined;
  /** The terminal that sees it; undefined: its output goes into a file or pipe. */
  readonly size: TerminalSize | undefined;
}

/** Brackets what the exit code is told in: no program writes this by chance. */
const bracket = '\x1e';

/**
 * The command of an interactive session. Session Manager tells no exit code, so the command writes it itself,
 * after the program's last word and with a mark that only this session knows. Where no terminal looks on, output
 * stays as the program wrote it, without carriage returns, and there is nothing to read.
 */
export function remoteCommand({ line, size }: Wanted, mark: string): string {
  const program = line === undefined ? 'bash -l' : `bash -c ${quoted(line)}`;
  const terminal = size ? `stty rows ${size.rows} cols ${size.columns}` : 'stty raw -echo';
  const input = size ? '' : ' </dev/null';
  return `cd; ${terminal}; ${program}${input}; printf '\\036%s:%s\\036' ${mark} $?`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Takes the exit code out of a command's output. */
export class ExitCode {
  readonly #start: Buffer;
  #pending: Buffer = Buffer.alloc(0);
  /** Undefined as long as the command has not ended. */
  value: number | undefined;

  constructor(mark: string) {
    this.#start = Buffer.from(`${bracket}${mark}:`);
  }

  /** What is to be shown of a piece of output. */
  take(piece: Buffer): Buffer {
    if (this.value !== undefined) return Buffer.alloc(0);
    const bytes = Buffer.concat([this.#pending, piece]);
    const at = bytes.indexOf(this.#start);
    if (at < 0) return this.#showUpTo(bytes, bytes.length - overlap(bytes, this.#start));
    const told = bytes.toString('latin1', at + this.#start.length);
    const end = told.indexOf(bracket);
    if (end >= 0) this.value = Number(told.slice(0, end));
    return this.#showUpTo(bytes, at);
  }

  #showUpTo(bytes: Buffer, at: number): Buffer {
    this.#pending = bytes.subarray(at);
    return bytes.subarray(0, at);
  }
}

/** How many bytes at the end of `bytes` may be the beginning of `wanted`. */
function overlap(bytes: Buffer, wanted: Buffer): number {
  for (let length = Math.min(bytes.length, wanted.length - 1); length > 0; length -= 1)
    if (bytes.subarray(bytes.length - length).equals(wanted.subarray(0, length))) return length;
  return 0;
}
