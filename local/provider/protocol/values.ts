/** Property values as Pulumi's engine sends them, and as definitions of resources want them. */

/** A value that is only known after something else was made. */
export class Unknown {
  readonly unknown = true;
}
export const unknown = new Unknown();

/** A file or text that belongs to a resource. The engine elides all but the hash where it can. */
export class Asset {
  readonly hash: string;
  declare readonly text?: string;
  declare readonly path?: string;
  declare readonly uri?: string;

  constructor(parts: { hash: string; text?: string; path?: string; uri?: string }) {
    this.hash = parts.hash;
    if (parts.text !== undefined) this.text = parts.text;
    if (parts.path !== undefined) this.path = parts.path;
    if (parts.uri !== undefined) this.uri = parts.uri;
  }
}

export type Value =
  | null
  | boolean
  | number
  | string
  | Asset
  | Unknown
  | readonly Value[]
  | { readonly [key: string]: Value | undefined };
export type Properties = Record<string, Value | undefined>;

/** A property bag as it travels: plain JSON in which special values are objects with this key. */
export type Wire = Record<string, unknown>;

const signature = '4dabf18193072939515e22adb298388d';
const kinds = {
  secret: '1b47061264138c4ac30d75fd1eb44270',
  asset: 'c44067f5952c0a294b673a41bacd8c17',
  archive: '0def7320c3a5731c473e5ecbe6d01bc7',
  resource: '5cf8f73096256a8f31e491e813e4eb8e',
  output: 'd0e6a833031e9bbcd3f4e8bde6ca49a4',
} as const;
export const unknownString = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';
const unknowns = new Set([
  unknownString,
  '1c4a061d-8072-4f0a-a4cb-0ff528b18fe7',
  '3eeb2bf0-c639-47a8-9e75-3b44932eb421',
  '6a19a0b0-7e62-4c92-b797-7f8e31da9cc2',
  '030794c1-ac77-496b-92df-f27374a8bd58',
  'e48ece36-62e2-4504-bad9-02848725956a',
  'dd056dcd-154b-4c76-9bd3-c8f88648b5ff',
]);

/** A property bag without its wrappings, and which top-level properties hold a secret anywhere. */
export interface Unwrapped {
  readonly properties: Properties;
  readonly secrets: ReadonlySet<string>;
}

export function unwrap(wire: Wire): Unwrapped {
  const secrets = new Set<string>();
  const properties: Properties = {};
  for (const [key, value] of Object.entries(wire)) {
    properties[key] = unwrapValue(value, () => secrets.add(key));
  }
  return { properties, secrets };
}

function unwrapValue(value: unknown, onSecret: () => void): Value {
  if (typeof value === 'string') return unknowns.has(value) ? unknown : value;
  if (Array.isArray(value)) return value.map((item) => unwrapValue(item, onSecret));
  if (typeof value !== 'object' || value === null) return value as Value;
  const special = (value as Wire)[signature];
  if (special !== undefined) return unwrapSpecial(special, value as Wire, onSecret);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unwrapValue(item, onSecret)]));
}

function unwrapSpecial(kind: unknown, value: Wire, onSecret: () => void): Value {
  switch (kind) {
    case kinds.secret:
      onSecret();
      return unwrapValue(value.value, onSecret);
    case kinds.output:
      if (value.secret === true) onSecret();
      return 'value' in value ? unwrapValue(value.value, onSecret) : unknown;
    case kinds.resource:
      // AWS knows resources by id; one that is not made yet has none.
      return value.id ? unwrapValue(value.id, onSecret) : unknown;
    case kinds.asset:
      return new Asset(value as unknown as Asset);
    default:
      throw new Error(
        kind === kinds.archive
          ? 'An archive was given where only files and texts are possible.'
          : `The engine sent a value of an unknown kind: ${String(kind)}.`,
      );
  }
}

/** Makes a property bag ready to travel. Absent properties stay absent; those in `secrets` are marked secret. */
export function wrap(properties: Properties, secrets: ReadonlySet<string> = new Set()): Wire {
  const wire: Wire = {};
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    const wrapped = wrapValue(value);
    wire[key] = secrets.has(key) ? { [signature]: kinds.secret, value: wrapped } : wrapped;
  }
  return wire;
}

function wrapValue(value: Value): unknown {
  if (value instanceof Unknown) return unknownString;
  if (value instanceof Asset)
    return { [signature]: kinds.asset, ...Object.fromEntries(Object.entries(value)) };
  if (Array.isArray(value)) return value.map((item: Value) => wrapValue(item));
  if (typeof value !== 'object' || value === null) return value;
  return wrap(value as Properties);
}

/** A scalar as text; what is not one is nothing. */
export function text(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** True when a value is unknown or holds something unknown. */
export function hasUnknown(value: Value | undefined): boolean {
  if (value instanceof Unknown) return true;
  if (Array.isArray(value)) return value.some((item: Value) => hasUnknown(item));
  if (typeof value !== 'object' || value === null || value instanceof Asset) return false;
  return Object.values(value as Properties).some(hasUnknown);
}
