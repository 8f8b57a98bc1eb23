import { UserError } from '../errors.ts';

const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `10m` before now, or an ISO time, as milliseconds since 1970. */
export function sinceTime(text: string, now: number): number {
  const relative = /^(\d+)([smhd])$/.exec(text);
  if (relative) return now - Number(relative[1]) * (units[relative[2] ?? ''] ?? 0);
  const absolute = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(absolute)) return absolute;
  throw new UserError(`--since ${text}: not a time.`, {
    next: '--since 10m   (or 30s, 2h, 1d, 2026-05-01T12:00:00Z)',
  });
}
