import { randomUUID } from 'node:crypto';
import type { Activity } from '@aws-sdk/client-auto-scaling';
import type { Clock } from '../../clock.ts';
import type { ActivityRow, AutoScalingState, GroupRow } from './state.ts';

/** How long activities are kept, as on AWS. */
const remembered = 42 * 24 * 60 * 60 * 1000;

/** The log of what was done to a group and why. */
export class Activities {
  readonly #state: AutoScalingState;
  readonly #clock: Clock;

  constructor(state: AutoScalingState, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  begin(group: GroupRow, description: string, cause: string, zone: string): ActivityRow {
    const { activities } = this.#state;
    const row: ActivityRow = {
      id: randomUUID(),
      groupName: group.name,
      groupArn: group.arn,
      description,
      cause,
      startedAt: this.#clock.now(),
      status: 'InProgress',
      details: JSON.stringify({ 'Availability Zone': zone }),
    };
    activities.set(row.id, row);
    for (const old of [...activities.values()]) {
      if (old.startedAt > this.#clock.now() - remembered) break;
      activities.delete(old.id);
    }
    return row;
  }

  update(id: string | undefined, changes: Partial<ActivityRow>): void {
    const row = this.#state.activities.get(id ?? '');
    if (row) this.#state.activities.set(row.id, { ...row, ...changes });
  }

  end(id: string | undefined, status: ActivityRow['status'], statusMessage?: string): void {
    const message = statusMessage === undefined ? {} : { statusMessage };
    this.update(id, { status, endedAt: this.#clock.now(), ...message });
  }

  /** `At 2026-01-01T00:00:00Z …`, how each sentence of a cause begins. */
  at(sentence: string): string {
    return `At ${new Date(this.#clock.now()).toISOString().replace(/\.\d+Z$/, 'Z')} ${sentence}.`;
  }
}

export function shownActivity(row: ActivityRow): Activity {
  const isDone = row.endedAt !== undefined;
  return {
    ActivityId: row.id,
    AutoScalingGroupName: row.groupName,
    AutoScalingGroupARN: row.groupArn,
    Description: row.description,
    Cause: row.cause,
    StartTime: new Date(row.startedAt),
    ...(row.endedAt !== undefined && { EndTime: new Date(row.endedAt) }),
    StatusCode: row.status,
    ...(row.statusMessage !== undefined && { StatusMessage: row.statusMessage }),
    Progress: isDone ? 100 : 50,
    Details: row.details,
  };
}
