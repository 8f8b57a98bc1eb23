import type { Member, Shape, StructureShape, Traits } from '../../local/endpoint/shapes.ts';

const date = new Date('2026-01-02T03:04:05Z');
const deepest = 4;

/** A value in every member of a shape that a codec can carry; undefined where there is none. */
export function synthetic(shape: Shape, traits: Traits = {}, name = '', depth = 0): unknown {
  switch (shape.type) {
    case 'structure':
      return depth > deepest ? undefined : structure(shape, depth);
    case 'list':
      return traits.httpHeader ? undefined : twice(synthetic(shape.item, shape.itemTraits, name, depth + 1));
    case 'map':
      return named(synthetic(shape.value, shape.valueTraits, name, depth + 1));
    case 'blob':
      return shape.streaming ? undefined : new Uint8Array([1, 2, 255]);
    case 'timestamp':
      return date;
    case 'string':
      return `v ${name.slice(0, 5)}<&>"`;
    case 'boolean':
      return true;
    case 'document':
    case 'decimal':
      return undefined;
    default:
      return 7;
  }
}

function structure(shape: StructureShape, depth: number): Record<string, unknown> | undefined {
  const values = shape.members
    .filter(({ traits }) => !traits.httpResponseCode)
    .map((member) => [member.name, memberValue(member, depth)] as const)
    .filter(([, value]) => value !== undefined);
  // Forms cannot carry an empty structure.
  return values.length > 0 || depth === 0 ? Object.fromEntries(values) : undefined;
}

function memberValue({ name, shape, traits }: Member, depth: number): unknown {
  if (traits.httpLabel && shape.type === 'string') return name === 'Bucket' ? 'bucket' : 'Label1';
  return synthetic(shape, traits, name, depth + 1);
}

function twice(value: unknown): unknown[] | undefined {
  return value === undefined ? undefined : [value, value];
}

function named(value: unknown): Record<string, unknown> | undefined {
  return value === undefined ? undefined : { one: value, two: value };
}

/** A value as text that compares: members in order, bytes by their numbers, no streams. */
export function comparable(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (item instanceof Uint8Array) return item.length > 0 ? [...item].join() : undefined;
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    if ((item as { type?: unknown }).type === 'Buffer') return bytesOf(item as { data: number[] });
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** `JSON.stringify` has made a Buffer plain before it asks. */
function bytesOf({ data }: { data: number[] }): string | undefined {
  return data.length > 0 ? data.join() : undefined;
}
