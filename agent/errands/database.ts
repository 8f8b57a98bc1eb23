import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { ReservedProperty } from '../../model/reserved-properties.ts';
import type { DatabaseEndpoint } from '../../model/schemas.ts';
import { FinalError } from './final-error.ts';

export interface DatabaseProperties {
  /** Version of the secret that the password is of. */
  readonly version: string;
  /** Elastic Beanstalk's RDS_*; the password among them is in no file. */
  readonly properties: Partial<Record<ReservedProperty, string>>;
}

/** What an application needs to connect to the stack's database. */
export async function readDatabase({
  host,
  readerHost,
  port,
  name,
  secretArn,
}: DatabaseEndpoint): Promise<DatabaseProperties> {
  const { SecretString = '', VersionId = '' } = await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: secretArn }),
  );
  const { username, password } = JSON.parse(SecretString) as Record<string, unknown>;
  if (typeof username !== 'string' || typeof password !== 'string')
    throw new FinalError(`The secret ${secretArn} does not hold a user name and a password.`);
  return {
    version: VersionId,
    properties: {
      RDS_HOSTNAME: host,
      ...(readerHost !== undefined && { RDS_READER_HOSTNAME: readerHost }),
      RDS_PORT: String(port),
      RDS_DB_NAME: name,
      RDS_USERNAME: username,
      RDS_PASSWORD: password,
    },
  };
}

/** The version of the secret that holds now; the password stays where it is. */
export async function readSecretVersion({ secretArn }: { secretArn: string }): Promise<string> {
  const { VersionIdsToStages = {} } = await new SecretsManagerClient({}).send(
    new DescribeSecretCommand({ SecretId: secretArn }),
  );
  const current = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes('AWSCURRENT'));
  if (!current) throw new Error(`The secret ${secretArn} has no current version.`);
  return current[0];
}
