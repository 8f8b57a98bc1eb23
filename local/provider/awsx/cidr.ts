/** An IPv4 block, as arithmetic wants it. */
export interface Block {
  /** The first address as a number. */
  readonly start: number;
  readonly mask: number;
}

export function parse(cidr: string): Block {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  const [a, b, c, d, mask] = (match ?? []).slice(1).map(Number);
  const isValid = [a, b, c, d].every((part) => part !== undefined && part <= 255) && (mask ?? 33) <= 32;
  if (!isValid) throw new Error(`"${cidr}" is not an IPv4 block such as 10.0.0.0/16.`);
  const address = ((a ?? 0) * 256 + (b ?? 0)) * 65536 + (c ?? 0) * 256 + (d ?? 0);
  return blockOf(address, mask ?? 0);
}

export const sizeOf = (mask: number): number => 2 ** (32 - mask);
export const endOf = ({ start, mask }: Block): number => start + sizeOf(mask) - 1;

/** The block of a size that an address lies in. */
export function blockOf(address: number, mask: number): Block {
  const size = sizeOf(mask);
  return { start: Math.floor(address / size) * size, mask };
}

/** The first aligned block of a size behind another. */
export function blockAfter(previous: Block, mask: number): Block {
  const { start } = blockOf(endOf(previous), mask);
  return { start: start + sizeOf(mask), mask };
}

/** The n-th block of a size, counted from the start of another. */
export const nth = ({ start }: Block, mask: number, index: number): Block => {
  if (mask > 32) throw new Error(`The block is too small: a /${mask} does not exist.`);
  return { start: start + sizeOf(mask) * index, mask };
};

export const overlaps = (a: Block, b: Block): boolean => a.start <= endOf(b) && b.start <= endOf(a);

export function format({ start, mask }: Block): string {
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256);
  return `${parts.join('.')}/${mask}`;
}

/** The blocks that fill the space between two blocks, each as large as alignment allows. */
export function gap(before: Block, after: Block): Block[] {
  const blocks: Block[] = [];
  for (let address = endOf(before) + 1; address < after.start;) {
    let { mask } = before;
    const fits = (candidate: number) =>
      address % sizeOf(candidate) === 0 && address + sizeOf(candidate) <= after.start;
    while (mask < 32 && !fits(mask)) mask++;
    while (mask > 0 && fits(mask - 1)) mask--;
    blocks.push({ start: address, mask });
    address += sizeOf(mask);
  }
  return blocks;
}

/** How many bits it takes to count so many. */
export const bitsFor = (count: number): number => (count <= 1 ? 0 : Math.ceil(Math.log2(count)));
