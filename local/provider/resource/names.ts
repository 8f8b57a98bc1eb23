import { createHash } from 'node:crypto';
import type { Properties } from '../protocol/values.ts';

/** How a resource gets its name when the program gives it none. */
export interface Naming {
  readonly property: string;
  /** The input that asks for a generated name with a beginning of the program's choice. */
  readonly prefix?: string;
  readonly maximum: number;
  readonly lowerCase?: boolean;
  /** What the name must end with, by the other inputs (`.fifo`). */
  readonly ending?: (inputs: Properties) => string;
}

/**
 * A name from the resource's name in the program and the engine's seed: `web-3f2a1b9`.
 * The same seed gives the same name, so that preview and update agree. One that is too long is refused, as Pulumi's
 * bridge to the provider of AWS does.
 */
export function automaticName(
  naming: Naming,
  inputs: Properties,
  resourceName: string,
  seed: Uint8Array,
): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  const ending = naming.ending?.(inputs) ?? '';
  const prefix = naming.prefix === undefined ? undefined : inputs[naming.prefix];
  if (typeof prefix === 'string') {
    const random = Math.min(26, naming.maximum - prefix.length - ending.length);
    return `${prefix}${hex.slice(0, Math.max(random, 7))}${ending}`;
  }
  const start = naming.lowerCase ? resourceName.toLowerCase() : resourceName;
  if (start.length + 8 + ending.length > naming.maximum)
    throw new Error(
      `name '${start}-' plus 7 random chars is longer than maximum length ${naming.maximum - ending.length}`,
    );
  return `${start}-${hex.slice(0, 7)}${ending}`;
}
