import type { DescribeEventsCommandInput, DescribeEventsCommandOutput } from '@aws-sdk/client-rds';
import type { Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import type { Parts } from '../parts.ts';
import { invalidMarker } from './errors.ts';
import type { DatabaseState } from './state.ts';

const oneMinute = 60_000;
const defaultMinutes = 60;

/** What happened: in the last hour unless told otherwise. */
export function eventOperations({ clock }: Parts, state: DatabaseState) {
  return {
    DescribeEvents(input: DescribeEventsCommandInput): Answer<DescribeEventsCommandOutput> {
      const end = input.EndTime?.getTime() ?? clock.now();
      const start = input.StartTime?.getTime() ?? end - (input.Duration ?? defaultMinutes) * oneMinute;
      const found = [...state.events.values()].filter(
        ({ time, source, sourceType }) =>
          time >= start &&
          time <= end &&
          (input.SourceType === undefined || input.SourceType === sourceType) &&
          (input.SourceIdentifier === undefined || input.SourceIdentifier === source),
      );
      const { items, nextToken } = page(found, input.MaxRecords ?? 100, input.Marker, invalidMarker);
      return {
        Events: items.map(({ time, source, sourceType, message }) => ({
          SourceIdentifier: source,
          SourceType: sourceType,
          Message: message,
          Date: new Date(time),
        })),
        ...(nextToken && { Marker: nextToken }),
      };
    },
  };
}
