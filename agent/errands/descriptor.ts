import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { instanceDescriptor, type InstanceDescriptor } from '../../model/schemas.ts';
import type { ErrandInput } from './contract.ts';
import { FinalError } from './final-error.ts';

export async function readDescriptor({ parameter }: ErrandInput<'descriptor'>): Promise<InstanceDescriptor> {
  const answer = await new SSMClient({}).send(new GetParameterCommand({ Name: parameter }));
  const parsed = instanceDescriptor.safeParse(parseJson(answer.Parameter?.Value ?? ''));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'document'}: ${message}`,
  );
  throw new FinalError(`The parameter ${parameter} is not an instance descriptor: ${problems.join('; ')}.`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
