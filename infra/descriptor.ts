import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { z } from 'zod';

export interface DescriptorArgs<T extends z.ZodType> {
  /** Name of the SSM parameter. */
  readonly parameter: string;
  readonly description: string;
  /** Whoever reads the descriptor parses it with the same schema. */
  readonly schema: T;
  readonly content: pulumi.Input<z.input<T>>;
  readonly tags: Record<string, string>;
}

/** What a standard parameter holds; larger ones cost money. */
const longestParameter = 4096;

/** Pure: the text of a descriptor; refuses what its readers would refuse, and what SSM would. */
export function descriptorText(schema: z.ZodType, content: unknown, parameter: string): string {
  const text = JSON.stringify(schema.parse(content));
  if (text.length > longestParameter)
    throw new pulumi.RunError(
      `The descriptor ${parameter} has ${text.length} characters; an SSM parameter holds ${longestParameter}.\nNext: move long environment properties from the stack file to \`beanpole config set\`.`,
    );
  return text;
}

/** A descriptor in an SSM parameter: how CLI and agents find what Pulumi made. It holds no secrets. */
export const createDescriptor = <T extends z.ZodType>(
  name: string,
  { parameter, description, schema, content, tags }: DescriptorArgs<T>,
  opts: pulumi.CustomResourceOptions,
): aws.ssm.Parameter =>
  new aws.ssm.Parameter(
    name,
    {
      name: parameter,
      type: 'String',
      description,
      // Not `value`, which Pulumi hides like a password: a preview must show what changes.
      insecureValue: pulumi.output(content).apply((plain) => descriptorText(schema, plain, parameter)),
      tags,
    },
    opts,
  );
