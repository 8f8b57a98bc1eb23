import { setTimeout as pause } from 'node:timers/promises';

/** Asks until a condition holds; an error or false counts as not yet. Fails with what was awaited. */
export async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  let last = '';
  while (Date.now() < deadline) {
    try {
      if (await holds()) return;
    } catch (error) {
      last = (error as Error).message;
    }
    await pause(100);
  }
  throw new Error(`Waited ${seconds} s in vain until ${what}.${last ? ` Last: ${last}` : ''}`);
}
