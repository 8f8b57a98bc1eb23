/**
 * The SDK clients' wire schemas, compiled into a plain tree that the codecs walk.
 * Layout of the originals (see `@smithy/core/schema`): structure `[3|-3|4, namespace, name, traits, names, schemas, requiredCount]`,
 * list `[1, …, item]`, map `[2, …, key, value]`, simple `[0, …, type]`, operation `[9, …, input, output]`; a member is `[schema, traits]`.
 */

/** What a schema says about how a shape or member travels. */
export interface Traits {
  readonly httpLabel?: 1;
  /** In lower case. */
  readonly httpHeader?: string;
  readonly httpQuery?: string;
  readonly httpPayload?: 1;
  readonly httpPrefixHeaders?: string;
  readonly httpResponseCode?: 1;
  readonly xmlName?: string;
  readonly xmlFlattened?: 1;
  readonly xmlAttribute?: 1;
  readonly xmlNamespace?: readonly [string, string];
  readonly ec2QueryName?: string;
  readonly streaming?: 1;
  readonly idempotencyToken?: 1;
  readonly awsQueryError?: readonly [string, number];
  readonly httpError?: number;
  readonly http?: readonly [string, string, number];
}

export type ScalarType =
  'string' | 'number' | 'boolean' | 'blob' | 'timestamp' | 'document' | 'bigint' | 'decimal';
export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

export interface ScalarShape {
  readonly type: ScalarType;
  readonly format?: TimestampFormat;
  readonly streaming: boolean;
}
export interface ListShape {
  readonly type: 'list';
  readonly item: Shape;
  readonly itemTraits: Traits;
}
export interface MapShape {
  readonly type: 'map';
  readonly value: Shape;
  readonly keyTraits: Traits;
  readonly valueTraits: Traits;
}
export interface StructureShape {
  readonly type: 'structure';
  readonly name: string;
  readonly traits: Traits;
  readonly members: readonly Member[];
  readonly byName: ReadonlyMap<string, Member>;
  readonly byXmlName: ReadonlyMap<string, Member>;
  readonly byEc2Name: ReadonlyMap<string, Member>;
}
export type Shape = ScalarShape | ListShape | MapShape | StructureShape;

export interface Member {
  readonly name: string;
  readonly shape: Shape;
  readonly traits: Traits;
  readonly required: boolean;
  readonly xmlName: string;
}

const bits: readonly (keyof Traits | '')[] = [
  'httpLabel',
  '',
  'idempotencyToken',
  '',
  'httpPayload',
  'httpResponseCode',
  '',
];

function traitsOf(indicator: unknown): Traits {
  if (typeof indicator === 'object' && indicator) return withLowerHeader(indicator);
  const set = Number(indicator);
  return Object.fromEntries(bits.filter((name, bit) => name && (set >> bit) & 1).map((name) => [name, 1]));
}

function withLowerHeader(traits: Traits): Traits {
  return traits.httpHeader ? { ...traits, httpHeader: traits.httpHeader.toLowerCase() } : traits;
}

const scalars: Record<number, ScalarShape> = {
  0: { type: 'string', streaming: false },
  1: { type: 'number', streaming: false },
  2: { type: 'boolean', streaming: false },
  4: { type: 'timestamp', streaming: false },
  5: { type: 'timestamp', format: 'date-time', streaming: false },
  6: { type: 'timestamp', format: 'http-date', streaming: false },
  7: { type: 'timestamp', format: 'epoch-seconds', streaming: false },
  15: { type: 'document', streaming: false },
  17: { type: 'bigint', streaming: false },
  19: { type: 'decimal', streaming: false },
  21: { type: 'blob', streaming: false },
  42: { type: 'blob', streaming: true },
};

interface Compiled {
  readonly shape: Shape;
  readonly traits: Traits;
}

const cache = new WeakMap<object, Compiled>();

/** Compiles a schema reference; recursive shapes refer to themselves. */
export function compile(reference: unknown): Compiled {
  let schema = typeof reference === 'function' ? (reference as () => unknown)() : reference;
  if (Array.isArray(schema) && schema.length === 2) {
    const inner = compile(schema[0]);
    return { shape: inner.shape, traits: { ...inner.traits, ...traitsOf(schema[1]) } };
  }
  if (schema === 'unit') schema = [3, '', 'Unit', 0, [], []];
  if (typeof schema === 'number') return { shape: simple(schema), traits: {} };
  const known = cache.get(schema as object);
  return known ?? compileArray(schema as unknown[]);
}

function simple(code: number): Shape {
  if (code >= 128) return { type: 'map', value: simple(code & 63), keyTraits: {}, valueTraits: {} };
  if (code >= 64) return { type: 'list', item: simple(code & 63), itemTraits: {} };
  const scalar = scalars[code];
  if (!scalar) throw new Error(`SDK schema: unknown simple type ${code}`);
  return scalar;
}

function compileArray(schema: unknown[]): Compiled {
  const traits = traitsOf(schema[3]);
  if (schema[0] === 0) return { shape: compile(schema[4]).shape, traits };
  // Registered before its parts are compiled, so that recursion ends.
  const shape = {} as Record<string, unknown>;
  const compiled = { shape: shape as unknown as Shape, traits };
  cache.set(schema, compiled);
  if (schema[0] === 1) Object.assign(shape, compileList(schema));
  else if (schema[0] === 2) Object.assign(shape, compileMap(schema));
  else Object.assign(shape, compileStructure(schema, traits));
  return compiled;
}

function compileList(schema: unknown[]): ListShape {
  const item = compile(schema[4]);
  return { type: 'list', item: item.shape, itemTraits: item.traits };
}

function compileMap(schema: unknown[]): MapShape {
  const value = compile(schema[5]);
  return { type: 'map', value: value.shape, keyTraits: compile(schema[4]).traits, valueTraits: value.traits };
}

function compileStructure(schema: unknown[], traits: Traits): StructureShape {
  const names = schema[4] as string[];
  const references = schema[5] as unknown[];
  const required = Number(schema[6] ?? 0);
  const members = names.map((name, index): Member => {
    const member = compile(references[index]);
    // A shape's own xmlName renames a root element only, never a member.
    const own = memberTraits(references[index]);
    return {
      name,
      shape: member.shape,
      traits: member.traits,
      required: index < required,
      xmlName: own.xmlName ?? name,
    };
  });
  return {
    type: 'structure',
    name: schema[2] as string,
    traits,
    members,
    byName: new Map(members.map((member) => [member.name, member])),
    byXmlName: new Map(members.map((member) => [member.xmlName, member])),
    byEc2Name: new Map(members.map((member) => [ec2Name(member), member])),
  };
}

function memberTraits(reference: unknown): Traits {
  return Array.isArray(reference) && reference.length === 2 ? traitsOf(reference[1]) : {};
}

function ec2Name({ traits, xmlName }: Member): string {
  return traits.ec2QueryName ?? xmlName.charAt(0).toUpperCase() + xmlName.slice(1);
}
