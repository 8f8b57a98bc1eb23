/** Colour is never the only carrier of a meaning, and absent without a terminal or with NO_COLOR. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly careful: (text: string) => string;
  readonly quiet: (text: string) => string;
  readonly strong: (text: string) => string;
}

const plain = (text: string): string => text;
const escape = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;

export const withoutColour: Paint = { good: plain, bad: plain, careful: plain, quiet: plain, strong: plain };
export const withColour: Paint = {
  good: escape(32),
  bad: escape(31),
  careful: escape(33),
  quiet: escape(2),
  strong: escape(1),
};

export const paintFor = (isTerminal: boolean, environment: NodeJS.ProcessEnv): Paint =>
  isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb' ? withColour : withoutColour;
