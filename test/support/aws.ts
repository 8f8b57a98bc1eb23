import { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { EC2 } from '@aws-sdk/client-ec2';
import { EFS } from '@aws-sdk/client-efs';
import { ElastiCache } from '@aws-sdk/client-elasticache';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAM } from '@aws-sdk/client-iam';
import { RDS } from '@aws-sdk/client-rds';
import { Route53 } from '@aws-sdk/client-route-53';
import { S3 } from '@aws-sdk/client-s3';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { SSM } from '@aws-sdk/client-ssm';
import type { TestCloud } from './cloud.ts';

/** What somebody else in the account would use: the real SDK, and the developer's credentials. */
export type Aws = ReturnType<typeof awsOf>;

export function awsOf({ env }: Pick<TestCloud, 'env'>) {
  const options = {
    endpoint: env.AWS_ENDPOINT_URL ?? '',
    region: env.AWS_REGION ?? '',
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    },
  };
  return {
    autoscaling: new AutoScaling(options),
    cloudwatch: new CloudWatch(options),
    ec2: new EC2(options),
    efs: new EFS(options),
    elasticache: new ElastiCache(options),
    elb: new ElasticLoadBalancingV2(options),
    iam: new IAM(options),
    logs: new CloudWatchLogs(options),
    rds: new RDS(options),
    route53: new Route53(options),
    s3: new S3({ ...options, forcePathStyle: true }),
    secretsmanager: new SecretsManager(options),
    sns: new SNS(options),
    sqs: new SQS(options),
    ssm: new SSM(options),
  };
}
