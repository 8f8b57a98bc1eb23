import type { ResourceRecordSet } from '@aws-sdk/client-route-53';

/** Domain names the way Route 53 writes, escapes and sorts them. */

/** Lower case, with the dot at its end and escapes undone. */
export function normalName(given: string): string {
  const name = given
    .toLowerCase()
    .replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
  return name.endsWith('.') ? name : `${name}.`;
}

/** As answered: characters other than letters, digits, hyphens and underscores are octal. */
export const escapedName = (name: string): string =>
  name.replaceAll(
    /[^a-z0-9\-_.]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );

export const isName = (name: string): boolean =>
  name.length <= 255 &&
  name
    .replace(/\.$/, '')
    .split('.')
    .every((label) => /^[\x21-\x7e]{1,63}$/.test(label));

export const isIn = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`);

/** Route 53 sorts by labels from the right, then by type and set identifier. */
export function compareRecords(a: ResourceRecordSet, b: ResourceRecordSet): number {
  return (
    compareTexts(reversed(a.Name ?? ''), reversed(b.Name ?? '')) ||
    compareTexts(a.Type ?? '', b.Type ?? '') ||
    compareTexts(a.SetIdentifier ?? '', b.SetIdentifier ?? '')
  );
}

export const reversed = (name: string): string =>
  name.replace(/\.$/, '').split('.').reverse().join('.').concat('.');

export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
