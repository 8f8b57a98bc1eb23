import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';

/** The clients that stay in memory; everything else is asked by errands. */
export interface Clients {
  readonly s3: S3Client;
  readonly logs: CloudWatchLogsClient;
  sqs(): SQSClient;
}

/** One credential provider for all, so that the metadata service is asked once. */
export function createClients(region: string): Clients {
  const s3 = new S3Client({ region, forcePathStyle: true });
  const shared = { region, credentials: s3.config.credentials };
  let sqs: SQSClient | undefined;
  return {
    s3,
    logs: new CloudWatchLogsClient(shared),
    sqs: () => (sqs ??= new SQSClient(shared)),
  };
}
