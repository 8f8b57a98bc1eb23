import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CronSchedule } from '../../model/schemas.ts';

export interface Stored {
  readonly schedule: CronSchedule;
  /** Undefined: there is no file yet. */
  readonly etag: string | undefined;
}

export const emptySchedule = (now: number): CronSchedule => ({
  holder: null,
  expiresAt: new Date(now).toISOString(),
  tasks: [],
  considered: {},
  runs: [],
});

const conflicts = new Set(['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey']);

/** `cron/schedule.json`, changed by conditional writes only. */
export class ScheduleFile {
  readonly #s3: S3Client;
  readonly #place: { readonly Bucket: string; readonly Key: string };

  constructor(s3: S3Client, place: { readonly Bucket: string; readonly Key: string }) {
    this.#s3 = s3;
    this.#place = place;
  }

  async read(now: number): Promise<Stored> {
    try {
      const { Body, ETag } = await this.#s3.send(new GetObjectCommand(this.#place));
      return { schedule: JSON.parse((await Body?.transformToString()) ?? '') as CronSchedule, etag: ETag };
    } catch (error) {
      if ((error as Error).name === 'NoSuchKey') return { schedule: emptySchedule(now), etag: undefined };
      throw error;
    }
  }

  /** Undefined: somebody else was first, nothing is written. */
  async write(schedule: CronSchedule, etag: string | undefined): Promise<Stored | undefined> {
    const condition = etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };
    try {
      const { ETag } = await this.#s3.send(
        new PutObjectCommand({
          ...this.#place,
          Body: JSON.stringify(schedule),
          ContentType: 'application/json',
          ...condition,
        }),
      );
      return { schedule, etag: ETag };
    } catch (error) {
      if (conflicts.has((error as Error).name)) return undefined;
      throw error;
    }
  }
}
