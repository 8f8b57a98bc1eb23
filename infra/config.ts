/** The stack file: its schema and what the program makes of it. Every key is documented in docs/configuration.md. */
import { z } from 'zod';
import {
  deploymentOptions,
  deploymentPolicy,
  environmentType,
  platform,
  tier,
  workerDaemon,
} from '../model/schemas.ts';
import type { Architecture } from '../model/schemas.ts';
import type { CacheConfiguration } from './data/cache-section.ts';
import type { DatabaseConfiguration } from './data/database-section.ts';
import type { FilesConfiguration } from './data/files-section.ts';
import { capacityKeys } from './environment/capacity-section.ts';
import { recordSection, routingSection } from './dns/routing-section.ts';
import { alarmsSection, scalingSection } from './environment/scaling-section.ts';
import { isNetworkCidr } from './network/cidr.ts';

/** CloudWatch Logs accepts these retention periods only. */
export const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const wholeNumber = (from: number, to: number) => z.number().int().min(from).max(to);
const matching = (pattern: RegExp, allowed: string) => z.string().regex(pattern).meta({ allowed });

export const applicationName = matching(
  /^(?=.{2,20}$)[a-z](-?[a-z0-9])*$/,
  'lower-case letters, digits and single hyphens between them, 2 to 20 characters, a letter first',
);
export const regionName = matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as eu-central-1');
export const stackName = matching(
  /^(?=.{1,20}$)[a-z](-?[a-z0-9])*$/,
  'lower-case letters, digits and single hyphens between them, at most 20 characters, a letter first',
);
export const environmentName = matching(
  /^(?=.{1,16}$)[a-z](-?[a-z0-9])*$/,
  'lower-case letters, digits and single hyphens between them, at most 16 characters, a letter first',
);

const domainName = matching(
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
  'a domain name in lower case such as mywordpress.example',
);

export const sharedSection = z.strictObject({
  hostedZone: domainName.optional().meta({
    description:
      'Domain to make a Route 53 hosted zone for. Its name servers are an output; delegate the domain to them. Costs 0.50 USD a month.',
  }),
  noncurrentVersionDays: wholeNumber(1, 3650).default(30).meta({
    description: 'Days for which overwritten and deleted objects of the version bucket can be restored.',
  }),
  versionMaxCount: wholeNumber(1, 10000).optional().meta({
    description:
      'Newest application versions that are kept when one more is created; older ones are deleted, but for those in use. Without it all are kept.',
  }),
  versionMaxAgeDays: wholeNumber(1, 3650).optional().meta({
    description:
      'Days for which application versions are kept, like `versionMaxCount`. With both, a version is deleted that is beyond both.',
  }),
  emptyBucketOnDestroy: z.boolean().default(false).meta({
    description:
      'Lets `pulumi destroy` delete the version bucket with all bundles, versions and deployment records in it. Set it and run `pulumi up` before the destroy.',
  }),
});

export const networkSection = z.strictObject({
  cidr: z.string().refine(isNetworkCidr).default('10.0.0.0/16').meta({
    allowed: 'a private IPv4 network such as 10.20.0.0/16, from /16 to /22, without host bits',
    description:
      'Address range of the VPC. Give stacks that may be peered one day different ranges. It cannot be changed once the stack is there: bring up a second stack.',
  }),
  availabilityZones: wholeNumber(2, 4).default(2).meta({
    description:
      'Zones that have subnets, a public and a private one each. At least two, because load balancers and database subnet groups want two. Once the stack is there only 3 can become 4: every other change moves or takes away subnets that are in use.',
  }),
  natGateways: z.enum(['None', 'Single', 'OnePerAz']).default('None').meta({
    description:
      'How instances in private subnets reach AWS and the internet. One gateway costs about 33 USD a month plus 0.045 USD per GB (us-east-1).',
  }),
  privateZone: domainName.optional().meta({
    description:
      'Domain, such as prod.internal, of a private hosted zone that only this VPC knows: `database`, `database-reader`, `cache` and `cache-reader` below it lead to the data stores that the stack has. Costs 0.50 USD a month.',
  }),
});

export const domainSection = z.strictObject({
  name: domainName.meta({
    description:
      "The application's hosted zone (`shared.hostedZone` of the application stack) or a domain below it.",
  }),
  https: z.boolean().default(false).meta({
    description:
      'Names of web environments are reached by HTTPS, with a certificate of ACM that is renewed by itself; HTTP is redirected there. The hosted zone must be delegated. Costs nothing more.',
  }),
  sslPolicy: matching(
    /^ELBSecurityPolicy-[A-Za-z0-9-]{1,100}$/,
    "the name of one of Elastic Load Balancing's security policies",
  )
    .default('ELBSecurityPolicy-TLS13-1-2-2021-06')
    .meta({ description: 'With `https`: which versions of TLS and which ciphers browsers may use.' }),
  records: z
    .record(
      matching(
        /^[a-z][a-z0-9-]{0,15}$/,
        'lower-case letters, digits and hyphens, at most 16 characters, a letter first',
      ),
      recordSection,
    )
    .default({})
    .meta({
      allowed: 'key: { record, addresses, … }, see below',
      description:
        'Further names, for what is outside this stack: a static site that takes over, a server elsewhere.',
    }),
});

const sqsd = workerDaemon.shape;
const options = deploymentOptions.shape;
const onlyWorker = { only: { tier: 'Worker' } } as const;
const onlyWeb = { only: { tier: 'WebServer' } } as const;
const onlyLoadBalanced = { only: { type: 'LoadBalanced' } } as const;
const onlyBalancedWeb = { only: { tier: 'WebServer', type: 'LoadBalanced' } } as const;

export const environmentSection = z.strictObject({
  tier: tier.meta({
    description: '`WebServer` answers HTTP requests; `Worker` handles messages of its own queue.',
  }),
  type: environmentType.meta({
    description:
      '`SingleInstance`: one instance in a public subnet, with an Elastic IP if it is a web server. `LoadBalanced`: instances in private subnets over all zones, a web server behind an Application Load Balancer (about 16 USD a month plus use).',
  }),
  platform: platform.default('nodejs').meta({ description: 'How a source bundle is run.' }),
  ...capacityKeys,
  scaling: scalingSection.optional().meta({
    allowed: 'a mapping, see below',
    description:
      'How the environment grows and shrinks between `minSize` and `maxSize`. Without it, it does not.',
    ...onlyLoadBalanced,
  }),
  alarms: alarmsSection.prefault({}).meta({
    allowed: 'a mapping, see below',
    description: "Limits beyond which the application stack's alarm topic is told.",
  }),
  imageId: matching(/^ami-[0-9a-f]{8,17}$/, 'an image id such as ami-0123456789abcdef0')
    .optional()
    .meta({
      description:
        'Amazon Machine Image: Amazon Linux 2023, or one made from it by `beanpole image create`. Without it the newest Amazon Linux 2023 at the first `up`, kept from then on.',
    }),
  rootVolumeSizeGb: wholeNumber(8, 16384)
    .default(8)
    .meta({ description: 'Encrypted gp3 root volume. 0.08 USD per GB and month (us-east-1).' }),
  minSize: wholeNumber(1, 10000)
    .default(1)
    .meta({
      description: 'Fewest instances. A `SingleInstance` environment always has one.',
      ...onlyLoadBalanced,
    }),
  maxSize: wholeNumber(1, 10000)
    .default(4)
    .meta({ description: 'Most instances.', ...onlyLoadBalanced }),
  deploymentPolicy: deploymentPolicy
    .default('AllAtOnce')
    .meta({ description: 'How `beanpole deploy` brings instances to a version.' }),
  batchSizeType: options.batchSizeType.meta({
    description: 'Whether `batchSize` is a percentage of the instances or a number of them.',
    ...onlyLoadBalanced,
  }),
  batchSize: options.batchSize.meta({
    description:
      '`Rolling`, `RollingWithAdditionalBatch`: how many instances at the same time. A percentage is at most 100.',
    ...onlyLoadBalanced,
  }),
  ignoreHealthCheck: options.ignoreHealthCheck.meta({
    description:
      'Go on without waiting for the load balancer to call instances healthy. What the instance itself finds out still counts.',
    ...onlyBalancedWeb,
  }),
  healthyChecks: options.healthyChecks.meta({
    description: 'Good looks at the health in a row that pass a gate of a deployment.',
  }),
  newVersionPercent: options.newVersionPercent.meta({
    description: '`TrafficSplitting`: percent of the traffic that a new version gets while it is evaluated.',
    ...onlyBalancedWeb,
  }),
  evaluationTimeSeconds: options.evaluationTimeSeconds.meta({
    description: '`TrafficSplitting`: how long a new version is evaluated before it gets all the traffic.',
    ...onlyBalancedWeb,
  }),
  keepWarmSeconds: options.keepWarmSeconds.meta({
    description:
      '`BlueGreen`: how long the old instances stay after the switch, to go back at once. Costs them for as long.',
    ...onlyWeb,
  }),
  deploymentAlarms: options.alarms.meta({
    allowed: 'names of CloudWatch alarms, at most 10',
    description:
      'CloudWatch alarms that take a deployment back when they ring while it is evaluated or kept warm.',
    ...onlyWeb,
  }),
  deploymentTimeoutSeconds: wholeNumber(1, 3600)
    .default(600)
    .meta({ description: 'Longest one instance may take for a deployment.' }),
  startTimeoutSeconds: wholeNumber(1, 3600)
    .default(120)
    .meta({ description: 'From the start of a process to its first good health check.' }),
  drainTimeoutSeconds: wholeNumber(0, 3600).default(20).meta({
    description:
      'How long requests and jobs may go on when their process is to end, up to SIGKILL. Workers: at least inactivityTimeoutSeconds, so that no job is cut; a worker that Auto Scaling takes out waits for them, too.',
  }),
  healthCheckPath: matching(/^\/[!-~]{0,1023}$/, 'a path beginning with /')
    .default('/')
    .meta({
      description:
        'Must answer 200: asked before a new version takes over, and by the load balancer all the time.',
    }),
  healthCheckIntervalSeconds: wholeNumber(5, 300)
    .default(15)
    .meta({ description: "Between two of the load balancer's checks.", ...onlyBalancedWeb }),
  healthCheckTimeoutSeconds: wholeNumber(2, 120)
    .default(5)
    .meta({ description: 'Shorter than the interval.', ...onlyBalancedWeb }),
  healthyThresholdCount: wholeNumber(2, 10)
    .default(3)
    .meta({ description: 'Good checks that make a target healthy again.', ...onlyBalancedWeb }),
  unhealthyThresholdCount: wholeNumber(2, 10)
    .default(5)
    .meta({ description: 'Bad checks that make a target unhealthy.', ...onlyBalancedWeb }),
  deregistrationDelaySeconds: wholeNumber(0, 3600)
    .default(20)
    .meta({
      description: 'How long requests in flight may go on when an instance leaves the load balancer.',
      ...onlyBalancedWeb,
    }),
  loadBalancingAlgorithm: z
    .enum(['round_robin', 'least_outstanding_requests', 'weighted_random'])
    .default('round_robin')
    .meta({
      description:
        'Which instance gets the next request: each in turn, the one with the fewest requests in flight, or any.',
      ...onlyBalancedWeb,
    }),
  slowStartSeconds: z
    .union([z.literal(0), wholeNumber(30, 900)])
    .default(0)
    .meta({
      allowed: '0 (off), or a whole number from 30 to 900',
      description:
        'How long a new instance gets a growing share of the requests before it gets a full one. Only with `round_robin`.',
      ...onlyBalancedWeb,
    }),
  stickinessSeconds: wholeNumber(0, 604800)
    .default(0)
    .meta({
      description:
        'How long a browser stays with the instance that answered it first, by the cookie `AWSALB`; 0 is not at all.',
      ...onlyBalancedWeb,
    }),
  stickinessCookieName: matching(
    /^(?!AWSALB)[A-Za-z0-9_.-]{1,256}$/,
    'letters, digits, _, . and -, not beginning with AWSALB',
  )
    .optional()
    .meta({
      description:
        'With `stickinessSeconds`: a browser stays from the moment on when the application sets this cookie of its own, and not by `AWSALB`.',
      ...onlyBalancedWeb,
    }),
  record: matching(
    /^(@|[a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?)$/,
    'a name such as www, or @ for the domain itself',
  )
    .optional()
    .meta({
      description:
        'DNS name below `domain.name`. Without it the address of the load balancer or the Elastic IP.',
      ...onlyWeb,
    }),
  routing: routingSection.optional().meta({
    allowed: 'a mapping, see below',
    description:
      'How `record` is shared with other records of the name, in this stack or others. Without it the environment has the name alone.',
    ...onlyWeb,
  }),
  workerEnvironment: z
    .string()
    .optional()
    .meta({
      allowed: 'the name of a Worker environment of this stack',
      description:
        'To whose queue the web application may send (`WORKER_QUEUE_URL`). Default: the only worker of the stack.',
      ...onlyWeb,
    }),
  properties: z
    .record(
      matching(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'letters, digits and _, a digit not first'),
      z.string(),
    )
    .default({})
    .meta({
      description:
        'Environment properties for the application. No secrets: `beanpole config set --secret` keeps those. At most 2048 characters in all.',
    }),
  logRetentionDays: z
    .literal([...retentionDays])
    .default(7)
    .meta({ description: 'Days for which the log groups keep events.' }),
  queueType: z
    .enum(['Standard', 'Fifo'])
    .default('Standard')
    .meta({
      description:
        '`Fifo` keeps the order within a message group and takes the same message once; 0.50 USD per million requests instead of 0.40. A change replaces the queue: what waits in it is lost.',
      ...onlyWorker,
    }),
  httpPath: sqsd.httpPath.meta({
    allowed: 'a path beginning with /',
    description: 'Where the worker daemon posts messages.',
    ...onlyWorker,
  }),
  mimeType: sqsd.mimeType.meta({ description: 'Content type of the posted messages.', ...onlyWorker }),
  httpConnections: sqsd.httpConnections.meta({
    description: 'Most messages handled at the same time on one instance.',
    ...onlyWorker,
  }),
  connectTimeoutSeconds: sqsd.connectTimeoutSeconds.meta({
    description: 'To connect to the application.',
    ...onlyWorker,
  }),
  visibilityTimeoutSeconds: sqsd.visibilityTimeoutSeconds.meta({
    description:
      'How long a received message stays hidden; prolonged while its job runs. So long it takes until the jobs of an instance that has died begin again elsewhere.',
    ...onlyWorker,
  }),
  inactivityTimeoutSeconds: sqsd.inactivityTimeoutSeconds.meta({
    description:
      'Longest wait for the answer to one message. It may be longer than the visibility timeout, which is prolonged while a job runs.',
    ...onlyWorker,
  }),
  errorVisibilityTimeoutSeconds: sqsd.errorVisibilityTimeoutSeconds.meta({
    description: 'Until a failed message is delivered again.',
    ...onlyWorker,
  }),
  retentionPeriodSeconds: sqsd.retentionPeriodSeconds.meta({
    description: 'How long the queue keeps a message.',
    ...onlyWorker,
  }),
  maxRetries: sqsd.maxRetries.meta({
    description: 'Deliveries before a message goes to the dead-letter queue.',
    ...onlyWorker,
  }),
});

export type SharedConfiguration = z.infer<typeof sharedSection>;
export type NetworkConfiguration = z.infer<typeof networkSection>;
export type DomainConfiguration = z.infer<typeof domainSection>;
export type EnvironmentConfiguration = z.infer<typeof environmentSection>;

/** A stack that builds what all stacks of an application share. */
export interface SharedStack {
  readonly kind: 'shared';
  readonly application: string;
  readonly stack: string;
  readonly region: string;
  readonly shared: SharedConfiguration;
}

/** A stack with a network and environments in it. */
export interface EnvironmentStack {
  readonly kind: 'environments';
  readonly application: string;
  readonly stack: string;
  readonly region: string;
  readonly network: NetworkConfiguration;
  readonly domain: DomainConfiguration | undefined;
  readonly database: DatabaseConfiguration | undefined;
  readonly cache: CacheConfiguration | undefined;
  readonly files: FilesConfiguration | undefined;
  readonly environments: Readonly<Record<string, EnvironmentConfiguration>>;
}

export type StackConfiguration = SharedStack | EnvironmentStack;

/** Graviton types carry a g behind the generation (t4g, c7gn, im4gn); a1 was the first of them. */
export function architectureOf(instanceType: string): Architecture {
  return /^(a1|[a-z]+\d+g[a-z]*)\./.test(instanceType) ? 'arm64' : 'x86_64';
}
