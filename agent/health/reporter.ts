import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { keys, type EnvironmentName } from '../../model/names.ts';
import type { HealthReport } from '../../model/schemas.ts';
import type { Clock } from '../clock.ts';

export const reportEveryMilliseconds = 60_000;

/** Whether a report must be written: on change, else once a minute. */
export function isDue(report: HealthReport, last: HealthReport | undefined, now: number): boolean {
  if (!last || now - Date.parse(last.reportedAt) >= reportEveryMilliseconds) return true;
  const { status, causes, versionLabel, deployment } = report;
  return (
    status !== last.status ||
    versionLabel !== last.versionLabel ||
    deployment !== last.deployment ||
    // Numbers in causes move all the time; a new cause is a change, a new number is not.
    withoutNumbers(causes) !== withoutNumbers(last.causes)
  );
}

const withoutNumbers = (causes: readonly string[]): string => causes.join('\n').replaceAll(/\d+/g, '#');

export interface ReporterParts {
  readonly s3: S3Client;
  readonly clock: Clock;
  readonly bucket: string;
  readonly name: EnvironmentName;
  readonly instanceId: string;
}

/** Writes `health/<instance>.json`. */
export class HealthReporter {
  readonly #parts: ReporterParts;
  #last: HealthReport | undefined;

  constructor(parts: ReporterParts) {
    this.#parts = parts;
  }

  /** Resolves to why it could not be written, if it could not; the next look tries again. */
  async report(report: HealthReport): Promise<string | undefined> {
    if (!isDue(report, this.#last, this.#parts.clock.now())) return undefined;
    const { s3, bucket, name, instanceId } = this.#parts;
    try {
      await s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: keys.health(name, instanceId),
          Body: JSON.stringify(report),
          ContentType: 'application/json',
        }),
      );
    } catch (error) {
      return (error as Error).message || (error as Error).name;
    }
    this.#last = report;
    return undefined;
  }
}
