import type { Slot } from '../../model/names.ts';

/** Where the world's requests go; everything may be done twice. */
export interface Traffic {
  /** So many percent of the requests to this slot, the rest to the other: on every listener, in every rule. */
  shift(slot: Slot, percent: number): Promise<void>;
  /** The environment's Elastic IP goes to this instance. */
  moveAddress(instanceId: string): Promise<void>;
}

/** CloudWatch alarms as gates. */
export interface Alarms {
  /** Which of these are in ALARM, each with CloudWatch's reason. */
  ringing(names: readonly string[]): Promise<string[]>;
  /** Which of these there are not: a gate that could never close. */
  missing(names: readonly string[]): Promise<string[]>;
}
