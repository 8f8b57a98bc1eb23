import { createRequire } from 'node:module';
import type * as AutoScaling from '@aws-sdk/client-auto-scaling';
import type * as CloudWatch from '@aws-sdk/client-cloudwatch';
import type * as Ec2 from '@aws-sdk/client-ec2';
import type * as Elbv2 from '@aws-sdk/client-elastic-load-balancing-v2';
import type * as Logs from '@aws-sdk/client-cloudwatch-logs';
import type * as Rds from '@aws-sdk/client-rds';
import type * as Route53 from '@aws-sdk/client-route-53';
import type * as S3 from '@aws-sdk/client-s3';
import type * as Sqs from '@aws-sdk/client-sqs';
import type * as Ssm from '@aws-sdk/client-ssm';

export interface Clients {
  readonly autoScaling: AutoScaling.AutoScalingClient;
  readonly cloudwatch: CloudWatch.CloudWatchClient;
  readonly ec2: Ec2.EC2Client;
  readonly elbv2: Elbv2.ElasticLoadBalancingV2Client;
  readonly logs: Logs.CloudWatchLogsClient;
  readonly rds: Rds.RDSClient;
  readonly route53: Route53.Route53Client;
  readonly s3: S3.S3Client;
  readonly sqs: Sqs.SQSClient;
  readonly ssm: Ssm.SSMClient;
}

/**
 * After a sleep or in another network nobody answers on the connections that there were, and without a limit a call
 * would wait for a quarter of an hour. It is the silence that is limited, not the time that a large bundle takes.
 */
const requestHandler = { connectionTimeout: 5000, socketTimeout: 30_000 };
/** The lock is renewed in S3: early enough that a second try comes before the lease has run out. */
const s3RequestHandler = { ...requestHandler, socketTimeout: 8000 };

const load = createRequire(import.meta.url);

/**
 * Makes each client when it is first asked for, and loads its package only then: that of EC2 takes a quarter of a
 * second. Endpoint and credentials come from the SDK's standard variables.
 */
export function createClients(region: string | undefined): Clients {
  const settings = { requestHandler, ...(region && { region }) };
  const made = new Map<string, unknown>();
  const once = <T>(name: string, make: () => T): T => {
    if (!made.has(name)) made.set(name, make());
    return made.get(name) as T;
  };
  return {
    get autoScaling() {
      return once(
        'autoScaling',
        () => new (load('@aws-sdk/client-auto-scaling') as typeof AutoScaling).AutoScalingClient(settings),
      );
    },
    get cloudwatch() {
      return once(
        'cloudwatch',
        () => new (load('@aws-sdk/client-cloudwatch') as typeof CloudWatch).CloudWatchClient(settings),
      );
    },
    get ec2() {
      return once('ec2', () => new (load('@aws-sdk/client-ec2') as typeof Ec2).EC2Client(settings));
    },
    get elbv2() {
      return once(
        'elbv2',
        () =>
          new (
            load('@aws-sdk/client-elastic-load-balancing-v2') as typeof Elbv2
          ).ElasticLoadBalancingV2Client(settings),
      );
    },
    get logs() {
      return once(
        'logs',
        () => new (load('@aws-sdk/client-cloudwatch-logs') as typeof Logs).CloudWatchLogsClient(settings),
      );
    },
    get rds() {
      return once('rds', () => new (load('@aws-sdk/client-rds') as typeof Rds).RDSClient(settings));
    },
    get route53() {
      return once(
        'route53',
        () => new (load('@aws-sdk/client-route-53') as typeof Route53).Route53Client(settings),
      );
    },
    get s3() {
      return once(
        's3',
        () =>
          new (load('@aws-sdk/client-s3') as typeof S3).S3Client({
            ...settings,
            requestHandler: s3RequestHandler,
          }),
      );
    },
    get sqs() {
      return once('sqs', () => new (load('@aws-sdk/client-sqs') as typeof Sqs).SQSClient(settings));
    },
    get ssm() {
      return once('ssm', () => new (load('@aws-sdk/client-ssm') as typeof Ssm).SSMClient(settings));
    },
  };
}
