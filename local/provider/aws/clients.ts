import type { ACM } from '@aws-sdk/client-acm';
import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { EC2 } from '@aws-sdk/client-ec2';
import type { EFS } from '@aws-sdk/client-efs';
import type { ElastiCache } from '@aws-sdk/client-elasticache';
import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { IAM } from '@aws-sdk/client-iam';
import type { RDS } from '@aws-sdk/client-rds';
import type { Route53 } from '@aws-sdk/client-route-53';
import type { S3 } from '@aws-sdk/client-s3';
import type { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { SNS } from '@aws-sdk/client-sns';
import type { SQS } from '@aws-sdk/client-sqs';
import type { SSM } from '@aws-sdk/client-ssm';
import type { STS } from '@aws-sdk/client-sts';
import { withOperation } from './errors.ts';
import type { Settings } from './settings.ts';

/** One client per service of a region, made (and its package loaded) when first asked for. */
export interface Clients {
  acm(): Promise<ACM>;
  autoscaling(): Promise<AutoScaling>;
  cloudwatch(): Promise<CloudWatch>;
  ec2(): Promise<EC2>;
  efs(): Promise<EFS>;
  elasticache(): Promise<ElastiCache>;
  elb(): Promise<ElasticLoadBalancingV2>;
  iam(): Promise<IAM>;
  logs(): Promise<CloudWatchLogs>;
  rds(): Promise<RDS>;
  route53(): Promise<Route53>;
  s3(): Promise<S3>;
  secretsmanager(): Promise<SecretsManager>;
  sns(): Promise<SNS>;
  sqs(): Promise<SQS>;
  ssm(): Promise<SSM>;
  sts(): Promise<STS>;
}

interface Configuration {
  region: string;
  requestHandler: typeof requestHandler;
  endpoint?: string;
  maxAttempts?: number;
}

/** An endpoint that never answers must not hold a deployment for ever; uploads may take a while. */
const requestHandler = { connectionTimeout: 5_000, requestTimeout: 60_000, throwOnRequestTimeout: true };
const uploadHandler = { ...requestHandler, requestTimeout: 600_000 };

/** The SDK's standard configuration; only what the program sets is passed on, the rest comes from the environment. */
export function createClients(settings: Settings, region: string): Clients {
  const { credentials, profile, maxAttempts, endpoints } = settings;
  const base = {
    region,
    requestHandler,
    ...(credentials ? { credentials } : {}),
    ...(profile ? { profile } : {}),
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
  };
  const configuration = (...names: readonly string[]): Configuration => {
    const endpoint = names.map((name) => endpoints[name]).find(Boolean);
    return endpoint ? { ...base, endpoint } : base;
  };
  return {
    acm: once(async () => {
      const { ACM } = await import('@aws-sdk/client-acm');
      return new ACM(configuration('acm'));
    }),
    autoscaling: once(async () => {
      const { AutoScaling } = await import('@aws-sdk/client-auto-scaling');
      return new AutoScaling(configuration('autoscaling'));
    }),
    cloudwatch: once(async () => {
      const { CloudWatch } = await import('@aws-sdk/client-cloudwatch');
      return new CloudWatch(configuration('cloudwatch'));
    }),
    ec2: once(async () => {
      const { EC2 } = await import('@aws-sdk/client-ec2');
      return new EC2(configuration('ec2'));
    }),
    efs: once(async () => {
      const { EFS } = await import('@aws-sdk/client-efs');
      return new EFS(configuration('efs'));
    }),
    elasticache: once(async () => {
      const { ElastiCache } = await import('@aws-sdk/client-elasticache');
      return new ElastiCache(configuration('elasticache'));
    }),
    elb: once(async () => {
      const { ElasticLoadBalancingV2 } = await import('@aws-sdk/client-elastic-load-balancing-v2');
      return new ElasticLoadBalancingV2(configuration('elbv2', 'elb'));
    }),
    iam: once(async () => {
      const { IAM } = await import('@aws-sdk/client-iam');
      return new IAM(configuration('iam'));
    }),
    logs: once(async () => {
      const { CloudWatchLogs } = await import('@aws-sdk/client-cloudwatch-logs');
      return new CloudWatchLogs(configuration('logs', 'cloudwatchlogs'));
    }),
    rds: once(async () => {
      const { RDS } = await import('@aws-sdk/client-rds');
      return new RDS(configuration('rds'));
    }),
    route53: once(async () => {
      const { Route53 } = await import('@aws-sdk/client-route-53');
      return new Route53(configuration('route53'));
    }),
    s3: once(async () => {
      const { S3 } = await import('@aws-sdk/client-s3');
      return new S3({
        ...configuration('s3'),
        requestHandler: uploadHandler,
        ...(settings.s3PathStyle ? { forcePathStyle: true } : {}),
      });
    }),
    secretsmanager: once(async () => {
      const { SecretsManager } = await import('@aws-sdk/client-secrets-manager');
      return new SecretsManager(configuration('secretsmanager'));
    }),
    sns: once(async () => {
      const { SNS } = await import('@aws-sdk/client-sns');
      return new SNS(configuration('sns'));
    }),
    sqs: once(async () => {
      const { SQS } = await import('@aws-sdk/client-sqs');
      return new SQS(configuration('sqs'));
    }),
    ssm: once(async () => {
      const { SSM } = await import('@aws-sdk/client-ssm');
      return new SSM(configuration('ssm'));
    }),
    sts: once(async () => {
      const { STS } = await import('@aws-sdk/client-sts');
      return new STS(configuration('sts'));
    }),
  };
}

function once<T extends Parameters<typeof withOperation>[0]>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make().then(withOperation));
}
