import type { Properties } from '../protocol/values.ts';
import type { Failure } from './check.ts';
import type { Naming } from './names.ts';
import type { Inputs, Schema } from './schema.ts';

/** What the engine has in its state: what the program set, and what the resource was. */
export interface Known {
  readonly inputs: Properties;
  readonly state: Properties;
}

export interface Revision<S extends Schema> {
  /** What the cloud had when it was last asked. */
  readonly olds: Properties;
  readonly news: Inputs<S>;
  /** True when at least one of these properties is to change. */
  readonly changed: (...properties: readonly string[]) => boolean;
}

/**
 * One type of resource. `C` is what its code needs to talk to the cloud.
 * Create and update only act; what the resource then is, `read` asks the cloud.
 */
export interface Definition<C, S extends Schema = Schema> {
  readonly type: string;
  readonly inputs: S;
  readonly naming?: Naming;
  /** Properties in every answer that are secret whether the program says so or not. */
  readonly secrets?: readonly string[];
  /** Two of them cannot exist at once, so the old one goes first. */
  readonly deleteBeforeReplace?: boolean;
  /** Rules across properties; values may still be unknown. */
  check?(inputs: Properties): readonly Failure[];
  /** Properties that make a new resource because of what they change from and to. */
  replaces?(news: Properties, olds: Properties): readonly string[];
  /** Outputs that are only known after an update of these properties. */
  unknownAfter?(changed: ReadonlySet<string>, news: Properties): readonly string[];
  /** Makes the resource and waits until it can be used. Calls `context.created` as soon as it exists. */
  create(inputs: Inputs<S>, context: C): Promise<string>;
  /** Every property as the cloud has it; undefined when it is gone. */
  read(id: string, context: C, known: Known): Promise<Properties | undefined>;
  update?(id: string, revision: Revision<S>, context: C): Promise<void>;
  /** Takes it away and waits until it is gone. Succeeds when it already is. */
  delete(id: string, context: C, known: Known): Promise<void>;
}

/** A definition whose inputs nobody needs to know any more. */
export type AnyDefinition<C> = Definition<C>;

/** Lets TypeScript infer what `create` and `update` get from the schema. */
export function define<C, S extends Schema>(definition: Definition<C, S>): AnyDefinition<C> {
  return definition;
}
