import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ConfigurationSnapshot } from '../../model/schemas.ts';
import { FinalError } from './final-error.ts';

/** SSM takes ten names in one call. */
const namesPerCall = 10;

/** The properties of a snapshot with their values; secrets are in the answer and in no file. */
export async function resolveProperties({
  properties,
  parameters,
}: ConfigurationSnapshot): Promise<Record<string, string>> {
  const values: Record<string, string> = { ...properties };
  const ssm = new SSMClient({});
  for (let start = 0; start < parameters.length; start += namesPerCall) {
    const some = parameters.slice(start, start + namesPerCall);
    const names = some.map(({ parameter, version }) => `${parameter}:${version}`);
    const answer = await ssm.send(new GetParametersCommand({ Names: names, WithDecryption: true }));
    for (const { name, parameter, version } of some) {
      const found = answer.Parameters?.find((each) => each.Name === parameter && each.Version === version);
      if (found?.Value === undefined)
        throw new FinalError(
          `The property ${name} cannot be read: version ${version} of ${parameter} is gone.`,
        );
      values[name] = found.Value;
    }
  }
  return values;
}
