// eslint-disable-next-line no-control-regex -- the escape sequences of colours take no room on the screen
const colour = /\u001b\[\d+m/g;
const width = (text: string): number => text.replace(colour, '').length;

/** Columns under their titles, two spaces apart; no lines, so that `awk` can read it. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [titles, ...rows];
  const widths = titles.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)))).join('  ');
  return all.map((row) => line(row).trimEnd()).join('\n');
}
