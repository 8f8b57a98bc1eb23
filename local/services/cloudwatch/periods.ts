import { invalidValue } from './errors.ts';

/** Periods below a minute, of metrics stored at high resolution, in seconds. */
const short = [1, 5, 10, 20, 30];

/** A period in milliseconds. */
export function checkPeriod(seconds: number): number {
  if (!short.includes(seconds) && (seconds < 60 || seconds % 60 !== 0))
    throw invalidValue(`The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60: ${seconds}.`);
  return seconds * 1000;
}

/** Alarms look every ten seconds at most. */
export function checkAlarmPeriod(seconds: number): number {
  if (seconds < 10) throw invalidValue(`The parameter Period of an alarm must be at least 10: ${seconds}.`);
  return checkPeriod(seconds);
}
