import { AwsError } from '../../endpoint/service.ts';

/** ElastiCache's errors in AWS's wording. */
export const invalidValue = (message: string) => new AwsError('InvalidParameterValue', message);
export const invalidCombination = (message: string) => new AwsError('InvalidParameterCombination', message);
export const unsupported = (what: string) =>
  new AwsError('UnsupportedOperation', `${what} is not supported by this region: nothing would act on it.`);
export const groupNotFound = (id: string) =>
  new AwsError('ReplicationGroupNotFoundFault', `ReplicationGroup ${id} not found.`, 404);
export const wrongState = (id: string, status: string) =>
  new AwsError(
    'InvalidReplicationGroupState',
    `Replication group ${id} is not in an available state: it is ${status}.`,
  );
export const clusterNotFound = (id: string) =>
  new AwsError('CacheClusterNotFound', `CacheCluster not found: ${id}`, 404);
export const subnetGroupNotFound = (name: string) =>
  new AwsError('CacheSubnetGroupNotFoundFault', `Cache Subnet Group ${name} does not exist.`);
export const parameterGroupNotFound = (name: string) =>
  new AwsError('CacheParameterGroupNotFound', `CacheParameterGroup not found: ${name}`, 404);
export const invalidMarker = () => invalidValue('The marker is not valid.');

/** Refuses, by name, each of these members that a request has. */
export function refuseMembers<T extends object>(input: T, members: readonly (keyof T & string)[]): void {
  for (const member of members) {
    const value = input[member];
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) continue;
    throw unsupported(member);
  }
}
