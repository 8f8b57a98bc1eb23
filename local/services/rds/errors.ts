import { AwsError } from '../../endpoint/service.ts';

/** RDS's errors in AWS's wording. */
export const invalidValue = (message: string) => new AwsError('InvalidParameterValue', message);
export const invalidCombination = (message: string) => new AwsError('InvalidParameterCombination', message);
export const invalidMarker = () => invalidValue('The marker is not valid.');
export const instanceNotFound = (id: string) =>
  new AwsError('DBInstanceNotFound', `DBInstance ${id} not found.`, 404);
export const clusterNotFound = (id: string) =>
  new AwsError('DBClusterNotFoundFault', `DBCluster ${id} not found.`, 404);
export const snapshotNotFound = (id: string) =>
  new AwsError('DBSnapshotNotFound', `DBSnapshot ${id} not found.`, 404);
export const clusterSnapshotNotFound = (id: string) =>
  new AwsError('DBClusterSnapshotNotFoundFault', `DBClusterSnapshot ${id} not found.`, 404);
export const subnetGroupNotFound = (name: string) =>
  new AwsError('DBSubnetGroupNotFoundFault', `DB subnet group '${name}' does not exist.`, 404);
export const invalidInstanceState = (message: string) => new AwsError('InvalidDBInstanceState', message);
export const invalidClusterState = (message: string) => new AwsError('InvalidDBClusterStateFault', message);
export const unsupported = (what: string) =>
  invalidCombination(`${what} is not supported by this region: nothing would act on it.`);

/** Refuses, by name, whatever a request has besides the members that something acts on. */
export function refuseUnbacked<T extends object>(input: T, backed: readonly (keyof T & string)[]): void {
  for (const [member, value] of Object.entries(input)) {
    if ((backed as readonly string[]).includes(member)) continue;
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) continue;
    throw unsupported(member);
  }
}
