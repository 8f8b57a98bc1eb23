import { UserError } from '../errors.ts';
import { parseSeconds } from '../time-span.ts';

/** `10m` before now, or an ISO time, as milliseconds since 1970. */
export function sinceTime(text: string, now: number): number {
  const seconds = parseSeconds(text);
  if (seconds !== undefined) return now - seconds * 1000;
  const absolute = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(absolute)) return absolute;
  throw new UserError(`--since ${text}: not a time.`, {
    next: '--since 10m   (or 30s, 2h, 1d, 2026-05-01T12:00:00Z)',
  });
}
