import type {
  DescribeAccountAttributesCommandInput,
  DescribeAccountAttributesCommandOutput,
} from '@aws-sdk/client-ec2';
import type { Answer } from '../../endpoint/service.ts';
import type { Ec2Context } from './context.ts';
import { unsupported } from './errors.ts';

/** Attributes of the account: VPC only, without a default VPC. */
const attributes: Readonly<Record<string, readonly string[]>> = {
  'supported-platforms': ['VPC'],
  'default-vpc': ['none'],
};

export function accountOperations(_context: Ec2Context) {
  return {
    DescribeAccountAttributes(
      input: DescribeAccountAttributesCommandInput,
    ): Answer<DescribeAccountAttributesCommandOutput> {
      const names: readonly string[] = input.AttributeNames?.length
        ? input.AttributeNames
        : Object.keys(attributes);
      return {
        AccountAttributes: names.map((AttributeName) => {
          const values = attributes[AttributeName];
          if (!values) throw unsupported(`DescribeAccountAttributes: ${AttributeName}`);
          return { AttributeName, AttributeValues: values.map((AttributeValue) => ({ AttributeValue })) };
        }),
      };
    },
  };
}
