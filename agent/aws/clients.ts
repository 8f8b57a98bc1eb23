import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';

/** The clients that stay in memory; everything else is asked by errands. */
export interface Clients {
  readonly s3: S3Client;
  readonly logs: CloudWatchLogsClient;
  sqs(): SQSClient;
}

/**
 * An instance that takes its Elastic IP loses the connections that it has: their packets come from another address
 * now, and nobody answers them. Without a limit such a request would wait for a quarter of an hour.
 */
const requestHandler = { connectionTimeout: 5000, requestTimeout: 8000, throwOnRequestTimeout: true };

/** One credential provider for all, so that the metadata service is asked once. */
export function createClients(region: string): Clients {
  const s3 = new S3Client({ region, forcePathStyle: true, requestHandler });
  const shared = { region, credentials: s3.config.credentials };
  let sqs: SQSClient | undefined;
  return {
    s3,
    logs: new CloudWatchLogsClient({ ...shared, requestHandler }),
    sqs: () => (sqs ??= new SQSClient({ ...shared, requestHandler })),
  };
}
