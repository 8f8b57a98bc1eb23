import type { AnyDefinition, Definition } from '../resource/definition.ts';
import { define } from '../resource/definition.ts';
import { map, string, type Property, type Schema } from '../resource/schema.ts';
import type { Context } from './context.ts';

export type AwsDefinition = AnyDefinition<Context>;

type Regional<S extends Schema> = S & { region: Property<string, false> };

/** A resource of a region: the program may name another one than the provider's. */
export function regional<S extends Schema>(definition: Definition<Context, S>): AwsDefinition {
  const inputs: Regional<S> = {
    ...definition.inputs,
    region: string({ computed: true, replaces: true }),
  };
  return define({
    ...definition,
    inputs: inputs,
    async read(id, context, known) {
      const found = await definition.read(id, context, known);
      return found && { ...found, region: context.region };
    },
  });
}

/** A resource of the whole account: IAM and Route 53 know no regions. */
export const global = <S extends Schema>(definition: Definition<Context, S>): AwsDefinition =>
  define(definition);

/** The tags that the program sets. */
export const tags = () => map();
