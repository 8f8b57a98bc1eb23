import type { Properties } from '../../protocol/values.ts';
import type { Context } from '../context.ts';

export default async function parameter(args: Properties, context: Context): Promise<Properties> {
  const ssm = await context.clients.ssm();
  const withDecryption = args.withDecryption !== false;
  const { Parameter } = await ssm.getParameter({
    Name: args.name as string,
    WithDecryption: withDecryption,
  });
  return {
    id: Parameter?.Name,
    arn: Parameter?.ARN,
    name: Parameter?.Name,
    type: Parameter?.Type,
    value: Parameter?.Value,
    insecureValue: Parameter?.Type === 'SecureString' ? '' : Parameter?.Value,
    version: Parameter?.Version,
    region: context.region,
    withDecryption,
  };
}
