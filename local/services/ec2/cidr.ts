/** IPv4 arithmetic on plain strings. */

export interface Cidr {
  /** Canonical text, host bits cleared. */
  readonly text: string;
  readonly first: number;
  readonly size: number;
  readonly prefix: number;
}

/** Address as a number; undefined when it is none. */
export function parseAddress(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

export const formatAddress = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** Parses `10.0.0.0/16` and clears host bits; undefined when it is no IPv4 block. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length = '', ...rest] = text.split('/');
  const value = parseAddress(address);
  if (value === undefined || rest.length || !/^\d{1,2}$/.test(length) || Number(length) > 32)
    return undefined;
  const size = 2 ** (32 - Number(length));
  const first = value - (value % size);
  return { text: `${formatAddress(first)}/${Number(length)}`, first, size, prefix: Number(length) };
}

export const isInside = (inner: Cidr, outer: Cidr): boolean =>
  inner.first >= outer.first && inner.first + inner.size <= outer.first + outer.size;

export const overlap = (a: Cidr, b: Cidr): boolean =>
  a.first < b.first + b.size && b.first < a.first + a.size;

/** EC2 keeps the first four addresses and the last one of each subnet for itself. */
const reservedAtStart = 4;
const reserved = 5;

export const usableAddresses = (cidr: Cidr): number => cidr.size - reserved;

export const isUsable = (cidr: Cidr, address: number): boolean =>
  address >= cidr.first + reservedAtStart && address < cidr.first + cidr.size - 1;

/**
 * The next free address after the one handed out last, so that a freed address is not met again at once
 * by whoever still remembers it; undefined when the subnet is full.
 */
export function nextAddress(cidr: Cidr, taken: ReadonlySet<string>, last?: string): string | undefined {
  const usable = usableAddresses(cidr);
  const start = last === undefined ? 0 : (parseAddress(last) ?? 0) - cidr.first - reservedAtStart + 1;
  for (let step = 0; step < usable; step++) {
    const address = formatAddress(cidr.first + reservedAtStart + ((start + step) % usable));
    if (!taken.has(address)) return address;
  }
  return undefined;
}
