import { keys } from '../../model/names.ts';
import {
  deploymentLock,
  type CurrentPointer,
  type DeploymentLock,
  type DeploymentRecord,
  type EnvironmentDescriptor,
  type HealthReport,
  type SwapRecord,
} from '../../model/schemas.ts';
import type { Clients } from '../aws/clients.ts';
import { createDocuments } from '../aws/documents.ts';
import { readReport } from '../deploy/aws-fleet.ts';
import { observeGroup } from '../deploy/aws-group.ts';
import type { FleetInstance } from '../deploy/fleet.ts';
import { readCurrent } from '../deploy/pointers.ts';
import { newestRecord } from '../deploy/records.ts';
import { findUnfinishedSwap } from '../swap/journal.ts';
import type { Targets } from './address.ts';

/** All that is known of an environment at one moment. */
export interface Observation {
  readonly environment: EnvironmentDescriptor;
  readonly current: CurrentPointer | undefined;
  readonly lock: DeploymentLock | undefined;
  /** The newest deployment. */
  readonly record: DeploymentRecord | undefined;
  /** A swap of names that has not ended. */
  readonly swap?: SwapRecord | undefined;
  /** Where names lead; without them the environment has the name that the stack file gives it. */
  readonly targets?: Targets;
  readonly desired: number;
  readonly instances: readonly (FleetInstance & { readonly report: HealthReport | undefined })[];
}

export async function observe(
  clients: Clients,
  environment: EnvironmentDescriptor,
  targets: Targets = new Map(),
): Promise<Observation> {
  const documents = createDocuments(clients.s3, environment.bucket);
  const [current, lock, swap] = await Promise.all([
    readCurrent(documents, environment),
    documents.read(keys.lock(environment), deploymentLock),
    environment.hostName && findUnfinishedSwap(documents, environment),
  ]);
  const group = environment.slots[current?.active ?? 'blue'].autoScalingGroup;
  const [record, { instances, size }] = await Promise.all([
    newestRecord(documents, environment, lock?.value.deployment ?? 0),
    observeGroup(clients.autoScaling, group),
  ]);
  const reports = await Promise.all(instances.map(({ id }) => readReport(documents, environment, id)));
  return {
    environment,
    current,
    lock: lock?.value,
    record,
    swap: swap?.value,
    targets,
    desired: size.desiredCapacity,
    instances: instances.map((instance, index) => ({ ...instance, report: reports[index] })),
  };
}
