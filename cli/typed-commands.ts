import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from './command.ts';

const folder = join(import.meta.dirname, 'commands');
const mostWords = 3;

/**
 * The command that was typed, loaded alone by the name of its file: all of them take half a second. Help, and what is
 * no command, need all.
 */
export async function typedCommands(words: readonly string[]): Promise<readonly Command[]> {
  for (let count = mostWords; count > 0; count -= 1) {
    const name = words.slice(0, count);
    const file = `${join(folder, ...name)}.ts`;
    if (!name.every((word) => /^[a-z]+$/.test(word)) || !existsSync(file)) continue;
    const { default: typed } = (await import(file)) as { default?: Command };
    if (typed) return [typed];
  }
  return (await import('./commands/index.ts')).commands;
}
