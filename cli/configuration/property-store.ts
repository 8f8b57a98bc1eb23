/** Environment properties in Parameter Store: a parameter each, whose versions are never changed. */
import {
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParametersCommand,
  PutParameterCommand,
  type ParameterMetadata,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { displayName, parameters, type EnvironmentName } from '../../model/names.ts';
import type { ConfigurationSnapshot } from '../../model/schemas.ts';
import { exitCodes, UserError } from '../errors.ts';
import type { Property } from './properties.ts';

export interface StoredProperty {
  readonly name: string;
  readonly parameter: string;
  readonly version: number;
  readonly isSecret: boolean;
  /** Removed by `config unset`; its earlier versions stay, for the deployments that name them. */
  readonly isUnset: boolean;
  readonly changedAt: number | undefined;
  readonly changedBy: string | undefined;
}

/** Marks the version that says that a property is no more; Parameter Store shows it as the parameter's description. */
const unsetMark = 'Unset. Earlier versions are kept for deployments that were made with them.';
const namesPerCall = 10;

/** What was set, also what is unset again; without any value. */
export async function listStored(ssm: SSMClient, environment: EnvironmentName): Promise<StoredProperty[]> {
  const path = parameters.properties(environment);
  const found: ParameterMetadata[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ssm.send(
      new DescribeParametersCommand({
        ParameterFilters: [{ Key: 'Path', Option: 'OneLevel', Values: [path] }],
        ...(NextToken && { NextToken }),
      }),
    );
    found.push(...(page.Parameters ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found.map((metadata) => toProperty(path, metadata)).sort((a, b) => a.name.localeCompare(b.name));
}

const toProperty = (
  path: string,
  { Name = '', Version = 0, Type, Description, LastModifiedDate, LastModifiedUser }: ParameterMetadata,
): StoredProperty => ({
  name: Name.slice(path.length + 1),
  parameter: Name,
  version: Version,
  isSecret: Type === 'SecureString',
  isUnset: Description === unsetMark,
  changedAt: LastModifiedDate?.getTime(),
  changedBy: LastModifiedUser?.split('/').at(-1),
});

/** The snapshot that these properties make with the stack file's. */
export const snapshotOf = (
  properties: Readonly<Record<string, string>>,
  stored: readonly StoredProperty[],
): ConfigurationSnapshot => ({
  properties: { ...properties },
  parameters: stored
    .filter(({ isUnset }) => !isUnset)
    .map(({ name, parameter, version }) => ({ name, parameter, version })),
});

/** Writes a new version of each; the answer is what is stored then, without asking a listing that may lag behind. */
export const storeProperties = (
  ssm: SSMClient,
  environment: EnvironmentName,
  properties: readonly Property[],
  isSecret: boolean,
): Promise<StoredProperty[]> =>
  writeEach(environment, properties, async ({ name, value }) => {
    const parameter = parameters.property(environment, name);
    const written = { Name: parameter, Value: value, Description: name };
    const version = await put(ssm, environment, written, isSecret);
    return {
      name,
      parameter,
      version,
      isSecret,
      isUnset: false,
      changedAt: undefined,
      changedBy: undefined,
    };
  });

export const unsetProperties = (
  ssm: SSMClient,
  environment: EnvironmentName,
  properties: readonly StoredProperty[],
): Promise<StoredProperty[]> =>
  writeEach(environment, properties, async (property) => {
    const mark = { Name: property.parameter, Value: 'unset', Description: unsetMark };
    return { ...property, isUnset: true, version: await put(ssm, environment, mark, property.isSecret) };
  });

/** One after the other: Systems Manager takes three writes a second, and all at once would be refused but for those. */
async function writeEach<T extends { readonly name: string }>(
  environment: EnvironmentName,
  all: readonly T[],
  write: (one: T) => Promise<StoredProperty>,
): Promise<StoredProperty[]> {
  const written: StoredProperty[] = [];
  for (const one of all)
    try {
      written.push(await write(one));
    } catch (error) {
      if (written.length === 0) throw error;
      throw halfWritten(environment, written, all.slice(written.length), error);
    }
  return written;
}

const namesOf = (properties: readonly { readonly name: string }[]): string =>
  properties.map(({ name }) => name).join(', ');

function halfWritten(
  environment: EnvironmentName,
  written: readonly StoredProperty[],
  missing: readonly { readonly name: string }[],
  cause: unknown,
): UserError {
  const target = displayName(environment);
  return new UserError(
    `Not all properties of ${target} could be written: ${(cause as Error).message.replace(/\.$/, '')}.`,
    {
      exitCode: exitCodes.notRolledBack,
      now: [
        `Written: ${namesOf(written)}. Not written: ${namesOf(missing)}.`,
        `${target} runs as before; its next deployment takes what is written.`,
      ],
      next: 'the same command again',
      cause,
    },
  );
}

interface NewVersion {
  readonly Name: string;
  readonly Value: string;
  readonly Description: string;
}

async function put(
  ssm: SSMClient,
  environment: EnvironmentName,
  { Name, Value, Description }: NewVersion,
  isSecret: boolean,
): Promise<number> {
  const Type = isSecret ? 'SecureString' : 'String';
  try {
    const { Version = 0 } = await ssm.send(
      new PutParameterCommand({ Name, Value, Description, Type, Overwrite: true }),
    );
    return Version;
  } catch (error) {
    if ((error as Error).name !== 'HierarchyTypeMismatchException') throw error;
    throw kindChanged(environment, Name.split('/').at(-1) ?? '', isSecret, error);
  }
}

/** Parameter Store cannot make a String a SecureString, nor the other way. */
function kindChanged(
  environment: EnvironmentName,
  name: string,
  isSecret: boolean,
  cause?: unknown,
): UserError {
  const [was, is] = isSecret ? ['plain', 'secret'] : ['secret', 'plain'];
  return new UserError(`${name} is a ${was} property, and Parameter Store cannot make it a ${is} one.`, {
    now: ['Nothing was deployed.'],
    next: `beanpole config unset ${displayName(environment)} ${name} --delete   (then set it; deployments before that cannot be gone back to)`,
    cause,
  });
}

/** Refuses before anything is written. */
export function refuseOtherKind(
  environment: EnvironmentName,
  stored: readonly StoredProperty[],
  properties: readonly Property[],
  isSecret: boolean,
): void {
  const other = stored.find(
    (each) => each.isSecret !== isSecret && properties.some(({ name }) => name === each.name),
  );
  if (other) throw kindChanged(environment, other.name, isSecret);
}

/** Values of plain properties, and of secrets only if they are asked for. */
export async function readValues(
  ssm: SSMClient,
  stored: readonly StoredProperty[],
): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for (let start = 0; start < stored.length; start += namesPerCall) {
    const some = stored.slice(start, start + namesPerCall);
    const Names = some.map(({ parameter, version }) => `${parameter}:${version}`);
    const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names, WithDecryption: true }));
    for (const { parameter, name } of some) {
      const value = Parameters.find(({ Name }) => Name === parameter)?.Value;
      if (value !== undefined) values.set(name, value);
    }
  }
  return values;
}

/** With its history: deployments made with it cannot be gone back to any more. */
export async function deleteProperties(ssm: SSMClient, stored: readonly StoredProperty[]): Promise<void> {
  for (const { parameter } of stored) await ssm.send(new DeleteParameterCommand({ Name: parameter }));
}
