/** A change of properties is a deployment of the version that runs, with a new snapshot. */
import { displayName } from '../../model/names.ts';
import type { DeploymentRecord, DeploymentStatus, EnvironmentDescriptor } from '../../model/schemas.ts';
import { createDocuments } from '../aws/documents.ts';
import type { Context } from '../context.ts';
import { deployAll } from '../deploy/deploy-all.ts';
import { readCurrent } from '../deploy/pointers.ts';
import { readLatest } from '../deploy/records.ts';
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

/** Deploys it; if that is undone, the properties are what they were before as well. */
export async function deployChange(
  context: Context,
  { environment, before, written, how }: Change,
): Promise<void> {
  const { ui, clients } = context;
  const name = displayName(environment);
  const documents = createDocuments(clients.s3, environment.bucket);
  const current = await readCurrent(documents, environment);
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
  const version = await findVersion(documents, label);
  const configuration = snapshotOf(environment.properties, merged(before, written));
  const wish = { environment, version, versionIsExplicit: true, configuration };
  const { record: last } = await readLatest(documents, environment);
  try {
    await deployAll(context, [wish], { dryRun: false, json: how.json, noWait: false });
  } catch (error) {
    if (written.length > 0) await settle(context, { environment, before, written }, last?.number ?? 0);
    throw error;
  }
}

type Written = Pick<Change, 'environment' | 'before' | 'written'>;

/** After a failure: the properties go back with the deployment, and stay while it may still succeed. */
async function settle(context: Context, change: Written, lastNumber: number): Promise<void> {
  const { ui, clients } = context;
  const { environment, written } = change;
  const names = written.map(({ name }) => name).join(', ');
  const target = displayName(environment);
  try {
    const { record } = await readLatest(createDocuments(clients.s3, environment.bucket), environment);
    const holder = holderOf(written, record, lastNumber);
    if (!holder) await restore(context, change);
    ui.warn(
      holder
        ? `${names}: the properties of ${target} stay as this command has left them, also for later deployments: deployment ${holder.number}, which has taken them, is ${holder.status}.`
        : `${names}: the properties of ${target} are what they were before.`,
    );
  } catch (failure) {
    ui.warn(
      `${names}: the properties of ${target} could not be taken back: ${(failure as Error).message}; next: beanpole config list ${target}`,
    );
  }
}

const undone: readonly DeploymentStatus[] = ['RolledBack', 'Failed', 'Aborted'];

/** Pure: the newest deployment if it began since, has taken what was written, and was not undone. */
export function holderOf(
  written: readonly StoredProperty[],
  record: DeploymentRecord | undefined,
  lastNumber: number,
): DeploymentRecord | undefined {
  if (record === undefined || record.number <= lastNumber || undone.includes(record.status)) return undefined;
  const { parameters } = record.target.configuration;
  const hasTaken = written.every(({ name, version, isUnset }) => {
    const taken = parameters.find((each) => each.name === name);
    return isUnset ? taken === undefined : taken?.version === version;
  });
  return hasTaken ? record : undefined;
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
  { environment, before, written }: Written,
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
