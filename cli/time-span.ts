const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `30s`, `10m`, `2h`, `1d` in seconds; undefined for anything else. */
export function parseSeconds(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (unitSeconds[unit] ?? 1);
}
