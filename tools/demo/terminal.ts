import { ProgramFailedError } from './programs.ts';

const isTerminal = process.stderr.isTTY && !process.env.NO_COLOR;
const paint = (code: number) => (text: string) => (isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint(1);
export const dim = paint(2);
export const green = paint(32);
const red = paint(31);

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs one step of the story; shows what is under way, then how long it took. */
export async function step<T>(title: string, action: () => Promise<T>): Promise<T> {
  const start = Date.now();
  // A line that wraps could not be taken back.
  if (isTerminal) process.stderr.write(`  … ${title.slice(0, (process.stderr.columns || 80) - 5)}`);
  const finish = (mark: string): void => {
    say(
      `${isTerminal ? '\r\u001b[2K' : ''}  ${mark} ${title} ${dim(`${((Date.now() - start) / 1000).toFixed(1)} s`)}`,
    );
  };
  try {
    const result = await action();
    finish(green('✔'));
    return result;
  } catch (error) {
    finish(red('✘'));
    say((error as Error).message);
    say('What was made stays. Once this is put right: npm run demo');
    process.exit(error instanceof ProgramFailedError ? error.code : 1);
  }
}
