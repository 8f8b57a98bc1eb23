import { AwsError } from '../../endpoint/service.ts';
import type { AutoScalingState, GroupRow, InstanceRow } from './state.ts';

export const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

/** AWS knows it, this cloud has nothing behind it. */
export const unsupported = (what: string): AwsError =>
  invalid(`${what} is not supported by this local cloud.`);

export function findGroup({ groups }: AutoScalingState, name: string | undefined): GroupRow {
  const group = groups.get(name ?? '');
  if (!group) throw invalid(`AutoScalingGroup name not found - AutoScalingGroup '${name ?? ''}' not found`);
  return group;
}

export function findInstance(
  { instances }: AutoScalingState,
  id: string | undefined,
  groupName?: string,
): InstanceRow {
  const row = instances.get(id ?? '');
  if (!row) throw invalid(`Instance Id not found - No managed instance found for instance ID: ${id ?? ''}`);
  if (groupName !== undefined && row.groupName !== groupName)
    throw invalid(`The instance ${row.id} is not part of Auto Scaling group ${groupName}.`);
  return row;
}

/** Refuses members of a request that nothing here has state for; `undefined`, `false` and empty lists ask for nothing. */
export function accept(input: object, members: readonly string[]): void {
  for (const [member, value] of Object.entries(input)) {
    if (value === undefined || value === false || value === '' || (Array.isArray(value) && !value.length))
      continue;
    if (!members.includes(member)) throw unsupported(member);
  }
}
