import { keys, type EnvironmentName } from '../../model/names.ts';
import { deploymentLock, deploymentRecord, type DeploymentRecord } from '../../model/schemas.ts';
import type { Documents } from '../aws/documents.ts';

/** The deployments of an environment, newest first. */
export async function listRecords(
  documents: Documents,
  environment: EnvironmentName,
): Promise<DeploymentRecord[]> {
  const found = await documents.list(keys.deployments(environment));
  const numbers = found.flatMap((key) => /\/(\d+)\.json$/.exec(key)?.[1] ?? []).map(Number);
  const records = await Promise.all(numbers.map((number) => readRecord(documents, environment, number)));
  return records.filter((record) => record !== undefined).sort((a, b) => b.number - a.number);
}

export const readRecord = async (
  documents: Documents,
  environment: EnvironmentName,
  number: number,
): Promise<DeploymentRecord | undefined> =>
  (await documents.read(keys.deployment(environment, number), deploymentRecord))?.value;

/** The lock names the newest deployment; one that ended before its record was written never began. */
export async function newestRecord(
  documents: Documents,
  environment: EnvironmentName,
  number: number,
): Promise<DeploymentRecord | undefined> {
  if (number < 1) return undefined;
  return (
    (await readRecord(documents, environment, number)) ?? newestRecord(documents, environment, number - 1)
  );
}

/** Who holds the environment, and its newest deployment. */
export async function readLatest(documents: Documents, environment: EnvironmentName) {
  const lock = (await documents.read(keys.lock(environment), deploymentLock))?.value;
  return { lock, record: await newestRecord(documents, environment, lock?.deployment ?? 0) };
}
