import { crc32, deflateRawSync } from 'node:zlib';

/** An entry as it stands in the archive, whether or not that makes sense. */
export interface RawEntry {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  readonly mode?: number;
  /** Bit 0: encrypted; bit 11: the name is UTF-8. */
  readonly flags?: number;
  /** 0: stored; 8: deflated. */
  readonly method?: number;
  /** Instead of the truth. */
  readonly claims?: { readonly bytes?: number; readonly packedBytes?: number; readonly crc?: number };
  /** Extra fields of the central directory. */
  readonly extra?: Buffer;
  /** Its packed bytes are those of the entry before. */
  readonly sharesContent?: boolean;
}

export interface RawEnd {
  /** Instead of the number of entries. */
  readonly entries?: number;
  /** With a zip64 end record, as archives of more than 65,535 entries have. */
  readonly zip64?: boolean;
}

/** Writes a zip archive by hand: also what no library would write. */
export function rawZip(entries: readonly RawEntry[], end: RawEnd = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  let offset = 0;
  for (const entry of entries) {
    const local = localPart(entry);
    if (!entry.sharesContent) {
      offset = at;
      parts.push(local);
      at += local.length;
    }
    directory.push(centralHeader(entry, offset));
  }
  return Buffer.concat([
    ...parts,
    ...directory,
    endOf(Buffer.concat(directory).length, at, entries.length, end),
  ]);
}

const bytesOf = (value: string | Buffer): Buffer => (Buffer.isBuffer(value) ? value : Buffer.from(value));

function facts({ name, content = '', method = 0, flags = 0x800, claims = {} }: RawEntry) {
  const raw = bytesOf(content);
  const packed = method === 8 ? deflateRawSync(raw) : raw;
  const { bytes = raw.length, packedBytes = packed.length, crc = crc32(raw) } = claims;
  return { name: bytesOf(name), packed, method, flags, bytes, packedBytes, crc };
}

function localPart(entry: RawEntry): Buffer {
  const { name, packed, method, flags, bytes, packedBytes, crc } = facts(entry);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(20, 4);
  header.writeUInt16LE(flags, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(packedBytes, 18);
  header.writeUInt32LE(bytes, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, name, packed]);
}

function centralHeader(entry: RawEntry, offset: number): Buffer {
  const { name, method, flags, bytes, packedBytes, crc } = facts(entry);
  const { mode = 0o100644, extra = Buffer.alloc(0) } = entry;
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((3 << 8) | 20, 4); // made by Unix: the mode counts
  header.writeUInt16LE(20, 6);
  header.writeUInt16LE(flags, 8);
  header.writeUInt16LE(method, 10);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(packedBytes, 20);
  header.writeUInt32LE(bytes, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE((mode << 16) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, name, extra]);
}

function endOf(
  size: number,
  offset: number,
  count: number,
  { entries = count, zip64 = false }: RawEnd,
): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(zip64 ? 0xffff : entries, 8);
  end.writeUInt16LE(zip64 ? 0xffff : entries, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return zip64 ? Buffer.concat([zip64End(size, offset, entries), end]) : end;
}

function zip64End(size: number, offset: number, entries: number): Buffer {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator]);
}

/** The extra field that holds sizes too large for 32 bits; the entry claims 0xffffffff for both. */
export function zip64Sizes(bytes: bigint, packedBytes: bigint): Buffer {
  const field = Buffer.alloc(20);
  field.writeUInt16LE(0x0001, 0);
  field.writeUInt16LE(16, 2);
  field.writeBigUInt64LE(bytes, 4);
  field.writeBigUInt64LE(packedBytes, 12);
  return field;
}

/** Info-ZIP's extra field with another, UTF-8 name for the entry. */
export function unicodePath(name: string, otherName: string): Buffer {
  const field = Buffer.alloc(9);
  field.writeUInt16LE(0x7075, 0);
  field.writeUInt16LE(5 + Buffer.byteLength(otherName), 2);
  field.writeUInt8(1, 4);
  field.writeUInt32LE(crc32(name), 5);
  return Buffer.concat([field, Buffer.from(otherName)]);
}
