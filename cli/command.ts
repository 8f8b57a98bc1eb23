import type { Context } from './context.ts';

export interface TextOption {
  readonly kind: 'text';
  /** What stands for the value in the help: `--version <label>`. */
  readonly value: string;
  readonly summary: string;
  readonly short?: string;
}

export interface FlagOption {
  readonly kind: 'flag';
  readonly summary: string;
  readonly short?: string;
}

export type Options = Readonly<Record<string, TextOption | FlagOption>>;

/** What the user gave for each option. */
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K] extends FlagOption ? boolean : string | undefined;
};

export interface Argument {
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
}

export interface Example {
  readonly command: string;
  readonly effect: string;
}

/** A command: help and docs/commands.md are made from it. */
export interface Command<O extends Options = Options> {
  /** As typed: `deploy`, `version create`. */
  readonly name: string;
  /** A full sentence. */
  readonly summary: string;
  readonly group: 'Build' | 'Deploy' | 'Look' | 'Work' | 'Local cloud';
  readonly argument?: Argument;
  /** Only where the command goes from one thing to another. */
  readonly second?: Argument;
  /** Further words, any number of them. */
  readonly words?: Argument;
  readonly options: O;
  readonly examples: readonly Example[];
  run(
    argument: string,
    options: OptionValues<O>,
    context: Context,
    second: string,
    words: readonly string[],
  ): Promise<void>;
}

/** Keeps the types of the options for `run`, and lets all commands be held in one list. */
export const command = <const O extends Options>(definition: Command<O>): Command => definition;

export const flag = (summary: string, short?: string): FlagOption => ({
  kind: 'flag',
  summary,
  ...(short && { short }),
});

export const text = (value: string, summary: string, short?: string): TextOption => ({
  kind: 'text',
  value,
  summary,
  ...(short && { short }),
});

/** Options that mean the same wherever they appear. */
export const shared = {
  application: text('name', 'The application; otherwise that of the stack files in this folder.', '-a'),
  json: flag('Print JSON instead of a table.'),
  follow: flag('Keep printing what arrives, until Ctrl-C.', '-f'),
  since: text('time', 'From when on: 30s, 10m, 2h, 1d, or an ISO time.'),
} as const;

/** `--dry-run` for `dryRun`. */
export const optionName = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
