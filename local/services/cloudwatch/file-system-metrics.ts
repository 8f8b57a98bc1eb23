import type { Parts } from '../parts.ts';
import { measured } from './buckets.ts';
import type { Measurement } from './series.ts';

/** EFS's metric of what file systems hold. */
export function fileSystemMetrics({ services }: Parts): (at: number) => Promise<Measurement[]> {
  return async (at) =>
    (await services.elasticfilesystem.measure()).map(({ id, bytes }) => ({
      namespace: 'AWS/EFS',
      name: 'StorageBytes',
      unit: 'Bytes' as const,
      at,
      dimensions: [
        { Name: 'FileSystemId', Value: id },
        { Name: 'StorageClass', Value: 'Total' },
      ],
      measured: measured([[bytes, 1]]),
    }));
}
