import type { Asset, Value } from '../protocol/values.ts';

/** What one property of a resource may be. */
export interface Property<T = unknown, R extends boolean = boolean> {
  readonly type: 'string' | 'number' | 'boolean' | 'json' | 'asset' | 'list' | 'set' | 'map' | 'object';
  readonly element?: Property;
  readonly properties?: Schema;
  readonly required?: R;
  /** The cloud chooses when the program does not. */
  readonly computed?: boolean;
  /** A change makes a new resource. */
  readonly replaces?: boolean;
  /** What holds when the program does not say; filled in, so that drift from it is seen. */
  readonly default?: Value;
  /** The cloud does not know it: it only tells the provider what to do. */
  readonly hidden?: boolean;
  /** The only values there are. */
  readonly values?: readonly string[];
  /** Two spellings that mean the same. */
  readonly same?: (desired: Value, actual: Value) => boolean;
  readonly infer?: T;
}
export type Schema = Readonly<Record<string, Property>>;

/** The values that a schema lets through, for the code that talks to AWS. */
export type Inputs<S extends Schema> = {
  readonly [K in keyof S]: S[K] extends Property<infer T, infer R>
    ? R extends true
      ? T
      : T | undefined
    : never;
};

type Options = Omit<Property, 'type' | 'element' | 'properties' | 'infer' | 'required'>;

export const string = (options: Options = {}): Property<string, false> => ({ type: 'string', ...options });
export const number = (options: Options = {}): Property<number, false> => ({ type: 'number', ...options });
export const boolean = (options: Options = {}): Property<boolean, false> => ({ type: 'boolean', ...options });
/** A JSON document: objects are written out, documents that mean the same are the same. */
export const json = (options: Options = {}): Property<string, false> => ({ type: 'json', ...options });
export const asset = (options: Options = {}): Property<Asset, false> => ({ type: 'asset', ...options });

export const list = <T>(element: Property<T>, options: Options = {}): Property<readonly T[], false> => ({
  type: 'list',
  element,
  ...options,
});
/** A list whose order means nothing. */
export const set = <T>(element: Property<T>, options: Options = {}): Property<readonly T[], false> => ({
  type: 'set',
  element,
  ...options,
});
export const map = (options: Options = {}): Property<Readonly<Record<string, string>>, false> => ({
  type: 'map',
  element: string(),
  ...options,
});
export const object = <S extends Schema>(
  properties: S,
  options: Options = {},
): Property<Inputs<S>, false> => ({ type: 'object', properties, ...options });

export const required = <T>(property: Property<T, false>): Property<T, true> => ({
  ...property,
  required: true,
});
