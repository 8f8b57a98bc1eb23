/** A change of properties is a deployment of the version that runs, with a new snapshot. */
import { displayName } from '../../model/names.ts';
import type { EnvironmentDescriptor } from '../../model/schemas.ts';
import { createDocuments } from '../aws/documents.ts';
import type { Context } from '../context.ts';
import { deployAll } from '../deploy/deploy-all.ts';
import { readCurrent } from '../deploy/pointers.ts';
import { findVersion } from '../versions/catalogue.ts';
import {
  readValues,
  snapshotOf,
  storeProperties,
  unsetProperties,
  type StoredProperty,
} from './property-store.ts';

export interface Change {
  readonly environment: EnvironmentDescriptor;
  /** What was stored before. */
  readonly before: readonly StoredProperty[];
  /** What is written now; new versions of some of them, or new ones. */
  readonly written: readonly StoredProperty[];
  readonly how: ConfigurationFlags;
}

export interface ConfigurationFlags {
  readonly json: boolean;
  readonly noDeploy: boolean;
}

/** Deploys it; if that fails, the properties are what they were before as well. */
export async function deployChange(
  context: Context,
  { environment, before, written, how }: Change,
): Promise<void> {
  const { ui, clients } = context;
  const name = displayName(environment);
  const current = await readCurrent(createDocuments(clients.s3, environment.bucket), environment);
  const label = current?.slots[current.active]?.versionLabel;
  if (how.noDeploy || label === undefined) {
    const why = label === undefined ? 'it has no version yet' : 'it takes effect with the next deployment';
    ui.note(`${name} runs as before: ${why}.`);
    ui.next(
      label === undefined ? `beanpole deploy ${name}` : `beanpole restart ${name}`,
      'to make it effective',
    );
    return;
  }
  const version = await findVersion(createDocuments(clients.s3, environment.bucket), label);
  const configuration = snapshotOf(environment.properties, merged(before, written));
  const wish = { environment, version, versionIsExplicit: true, configuration };
  try {
    await deployAll(context, [wish], { dryRun: false, json: how.json, noWait: false });
  } catch (error) {
    await restore(context, { environment, before, written });
    ui.warn(
      `${written.map((each) => each.name).join(', ')}: the properties of ${name} are what they were before.`,
    );
    throw error;
  }
}

export const merged = (
  before: readonly StoredProperty[],
  written: readonly StoredProperty[],
): StoredProperty[] => [
  ...before.filter(({ name }) => !written.some((each) => each.name === name)),
  ...written,
];

/** Earlier values become new versions: a version that a deployment names is never changed. */
async function restore(
  { clients: { ssm } }: Context,
  { environment, before, written }: Pick<Change, 'environment' | 'before' | 'written'>,
): Promise<void> {
  const earlier = before.filter(
    ({ name, isUnset }) => !isUnset && written.some((each) => each.name === name),
  );
  const values = await readValues(ssm, earlier);
  for (const { name, isSecret } of earlier) {
    const value = values.get(name);
    if (value !== undefined) await storeProperties(ssm, environment, [{ name, value }], isSecret);
  }
  await unsetProperties(
    ssm,
    environment,
    written.filter(({ name }) => !earlier.some((each) => each.name === name)),
  );
}
