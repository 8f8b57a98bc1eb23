import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { ConfigurationSnapshot, DatabaseEndpoint } from '../../model/schemas.ts';
import { readDatabase } from './database.ts';
import { FinalError } from './final-error.ts';

/** SSM takes ten names in one call. */
const namesPerCall = 10;

export interface PropertiesInput {
  readonly configuration: ConfigurationSnapshot;
  readonly database: DatabaseEndpoint | null;
}

export interface ResolvedProperties {
  /** With their values; secrets are in the answer and in no file. */
  readonly properties: Record<string, string>;
  /** Version of the secret with the database's password; absent without a database. */
  readonly databaseVersion?: string;
}

/** The properties of a snapshot, and those that lead to the stack's database. */
export async function resolveProperties({
  configuration,
  database,
}: PropertiesInput): Promise<ResolvedProperties> {
  const [own, found] = await Promise.all([
    resolveSnapshot(configuration),
    database ? readDatabase(database) : undefined,
  ]);
  if (!found) return { properties: own };
  return { properties: { ...own, ...found.properties }, databaseVersion: found.version };
}

async function resolveSnapshot({
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
