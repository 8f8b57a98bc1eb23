import type { GroupSize } from '../../model/schemas.ts';
import type { FleetInstance } from './fleet.ts';

/** The Auto Scaling group of a slot, as it is. */
export interface GroupState {
  readonly size: GroupSize;
  readonly launchTemplateVersion: string;
  readonly suspendedProcesses: readonly string[];
  readonly instances: readonly FleetInstance[];
}

/** What a deployment does to a slot's Auto Scaling group; everything may be done twice. */
export interface Group {
  observe(): Promise<GroupState>;
  resize(size: GroupSize): Promise<void>;
  /** What the group launches from now on; instances that run stay as they are. */
  useLaunchTemplate(version: string): Promise<void>;
  suspend(processes: readonly string[]): Promise<void>;
  resume(processes: readonly string[]): Promise<void>;
}
