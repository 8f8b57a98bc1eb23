import type { Service } from './endpoint/service.ts';
import type { Parts, Services } from './services/parts.ts';

/** Makes all services over the same parts. They are imported here, at once, and load their own heavy needs later. */
export async function createServices(base: Omit<Parts, 'services'>): Promise<Parts> {
  const services: Partial<Record<keyof Services, Service>> = {};
  const parts: Parts = { ...base, services: services as unknown as Services };
  const [
    acm,
    autoscaling,
    ec2,
    efs,
    elasticache,
    elbv2,
    iam,
    logs,
    cloudwatch,
    rds,
    route53,
    s3,
    secretsmanager,
    sns,
    sqs,
    ssm,
    sts,
  ] = await Promise.all([
    import('./services/acm/service.ts'),
    import('./services/autoscaling/service.ts'),
    import('./services/ec2/service.ts'),
    import('./services/efs/service.ts'),
    import('./services/elasticache/service.ts'),
    import('./services/elbv2/service.ts'),
    import('./services/iam/service.ts'),
    import('./services/logs/service.ts'),
    import('./services/cloudwatch/service.ts'),
    import('./services/rds/service.ts'),
    import('./services/route53/service.ts'),
    import('./services/s3/service.ts'),
    import('./services/secretsmanager/service.ts'),
    import('./services/sns/service.ts'),
    import('./services/sqs/service.ts'),
    import('./services/ssm/service.ts'),
    import('./services/sts/service.ts'),
  ]);
  const made: Services = {
    iam: iam.createIam(parts),
    sts: sts.createSts(parts),
    s3: s3.createS3(parts),
    secretsmanager: secretsmanager.createSecretsManager(parts),
    ssm: ssm.createSsm(parts),
    logs: logs.createLogs(parts),
    monitoring: cloudwatch.createCloudWatch(parts),
    sns: sns.createSns(parts),
    sqs: sqs.createSqs(parts),
    route53: route53.createRoute53(parts),
    acm: acm.createAcm(parts),
    ec2: ec2.createEc2(parts),
    rds: rds.createRds(parts),
    elasticache: elasticache.createElastiCache(parts),
    elasticfilesystem: efs.createEfs(parts),
    elasticloadbalancing: elbv2.createElbv2(parts),
    autoscaling: autoscaling.createAutoScaling(parts),
  };
  Object.assign(services, made);
  return parts;
}

/** What others build on comes first: the network before load balancers, both before groups of instances. */
const startOrder: readonly (keyof Services)[] = [
  'iam',
  'sts',
  's3',
  'secretsmanager',
  'ssm',
  'logs',
  'monitoring',
  'sns',
  'sqs',
  'route53',
  'acm',
  'ec2',
  'elasticfilesystem',
  'rds',
  'elasticache',
  'elasticloadbalancing',
  'autoscaling',
];

export const inStartOrder = (services: Services): Service[] => startOrder.map((name) => services[name]);
