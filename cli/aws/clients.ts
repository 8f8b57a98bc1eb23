import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { RDSClient } from '@aws-sdk/client-rds';
import { Route53Client } from '@aws-sdk/client-route-53';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';

export interface Clients {
  readonly autoScaling: AutoScalingClient;
  readonly cloudwatch: CloudWatchClient;
  readonly ec2: EC2Client;
  readonly elbv2: ElasticLoadBalancingV2Client;
  readonly logs: CloudWatchLogsClient;
  readonly rds: RDSClient;
  readonly route53: Route53Client;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
}

/** Makes each client when it is first asked for; endpoint and credentials come from the SDK's standard variables. */
export function createClients(region: string | undefined): Clients {
  const settings = { ...(region && { region }) };
  const made = new Map<string, unknown>();
  const once = <T>(name: string, make: () => T): T => {
    if (!made.has(name)) made.set(name, make());
    return made.get(name) as T;
  };
  return {
    get autoScaling() {
      return once('autoscaling', () => new AutoScalingClient(settings));
    },
    get cloudwatch() {
      return once('cloudwatch', () => new CloudWatchClient(settings));
    },
    get ec2() {
      return once('ec2', () => new EC2Client(settings));
    },
    get elbv2() {
      return once('elbv2', () => new ElasticLoadBalancingV2Client(settings));
    },
    get logs() {
      return once('logs', () => new CloudWatchLogsClient(settings));
    },
    get rds() {
      return once('rds', () => new RDSClient(settings));
    },
    get route53() {
      return once('route53', () => new Route53Client(settings));
    },
    get s3() {
      return once('s3', () => new S3Client(settings));
    },
    get sqs() {
      return once('sqs', () => new SQSClient(settings));
    },
    get ssm() {
      return once('ssm', () => new SSMClient(settings));
    },
  };
}
