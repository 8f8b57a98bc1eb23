/**
 * Schemas of the documents that infra, agent and CLI exchange through S3, SSM and Run Command.
 * Whoever reads one parses it with its schema; whoever writes one has it typed.
 */
import { z } from 'zod';

const label = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/, 'letters, digits, . _ + -, at most 100');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const time = z.iso.datetime();
const count = z.number().int().nonnegative();

export const versionLabel = label;
export const tier = z.enum(['WebServer', 'Worker']);
export const environmentType = z.enum(['SingleInstance', 'LoadBalanced']);
export const platform = z.enum(['nodejs', 'php', 'python', 'procfile']);
export const deploymentPolicy = z.enum(['AllAtOnce']);
export const architecture = z.enum(['x86_64', 'arm64']);
export const slot = z.enum(['blue', 'green']);

const bundle = z.strictObject({ key: z.string(), sha256, bytes: count });

/** `versions/<label>.json`: an application version, written once, never changed. */
export const versionManifest = z.strictObject({
  label,
  application: z.string(),
  createdAt: time,
  createdBy: z.string(),
  description: z.string(),
  sourceCommit: z.string().optional(),
  architecture,
  /** One source bundle per tier; a tier may be absent. */
  bundles: z.strictObject({ WebServer: bundle.optional(), Worker: bundle.optional() }),
});

/** `/beanpole/<application>`: what the `application` stack made and every other stack needs. */
export const applicationDescriptor = z.strictObject({
  application: z.string(),
  region: z.string(),
  bucket: z.string(),
  agent: z.strictObject({ key: z.string(), sha256 }),
  deployDocument: z.string(),
  alarmTopicArn: z.string(),
  hostedZone: z
    .strictObject({ id: z.string(), name: z.string(), nameServers: z.array(z.string()) })
    .optional(),
});

/** How the worker daemon handles messages; names and defaults are Elastic Beanstalk's `aws:elasticbeanstalk:sqsd`. */
export const workerDaemon = z.strictObject({
  queueUrl: z.string(),
  deadLetterQueueUrl: z.string(),
  httpPath: z.string().startsWith('/').default('/'),
  mimeType: z.string().default('application/json'),
  httpConnections: z.number().int().min(1).max(100).default(50),
  connectTimeoutSeconds: z.number().int().min(1).max(60).default(5),
  inactivityTimeoutSeconds: z.number().int().min(1).max(36000).default(299),
  visibilityTimeoutSeconds: z.number().int().min(0).max(43200).default(300),
  errorVisibilityTimeoutSeconds: z.number().int().min(0).max(43200).default(2),
  retentionPeriodSeconds: z.number().int().min(60).max(1209600).default(345600),
  maxRetries: z.number().int().min(1).max(100).default(10),
});

/** A relational database of the stack; user name and password are in the secret, which RDS may rotate. */
export const databaseEndpoint = z.strictObject({
  host: z.string(),
  /** Aurora's reader endpoint, or a read replica; absent where the writer serves all reads. */
  readerHost: z.string().optional(),
  port: z.number().int(),
  name: z.string(),
  /** Secrets Manager secret with `username` and `password`. */
  secretArn: z.string(),
});

/** A cache of the stack. */
export const cacheEndpoint = z.strictObject({
  host: z.string(),
  readerHost: z.string().optional(),
  port: z.number().int(),
  /** Encrypted in transit: the application is given a `rediss://` URL. */
  isEncrypted: z.boolean(),
});

/** A shared file system of the stack, mounted before the application starts. */
export const sharedFiles = z.strictObject({
  fileSystemId: z.string(),
  accessPointId: z.string(),
  mountPath: z.string().startsWith('/'),
});

const environmentName = { application: z.string(), stack: z.string(), environment: z.string() };

/** `…/instance`: all that an instance needs to boot. No secrets, no group ids. */
export const instanceDescriptor = z.strictObject({
  ...environmentName,
  region: z.string(),
  tier,
  type: environmentType,
  platform,
  bucket: z.string(),
  /** Asked until it answers 200 before a process takes over; also the load balancer's check. */
  healthCheckPath: z.string().startsWith('/'),
  /** From the start of a process to its first good health check. */
  startTimeoutSeconds: z.number().int().min(1).max(3600),
  /** From SIGTERM of an old process to SIGKILL. */
  drainTimeoutSeconds: z.number().int().min(0).max(3600),
  /** Associated at boot by the instance itself; `SingleInstance` web environments only. */
  elasticIpAllocationId: z.string().optional(),
  /** Given to the application as WORKER_QUEUE_URL. */
  workerQueueUrl: z.string().optional(),
  workerDaemon: workerDaemon.optional(),
  /** Given to the application as RDS_HOSTNAME, RDS_PORT, RDS_DB_NAME, RDS_USERNAME, RDS_PASSWORD, RDS_READER_HOSTNAME. */
  database: databaseEndpoint.optional(),
  /** Given to the application as REDIS_URL. */
  cache: cacheEndpoint.optional(),
  /** Given to the application as UPLOADS_DIR. */
  files: sharedFiles.optional(),
});

const slotResources = z.strictObject({
  autoScalingGroup: z.string(),
  targetGroupArn: z.string().optional(),
  launchTemplateId: z.string(),
  /** The newest version that Pulumi made; what the group runs may be older until the next deployment. */
  launchTemplateVersion: z.string(),
});

/** `…/environment`: what the CLI needs to know of an environment. Written last by `pulumi up`. */
export const environmentDescriptor = z.strictObject({
  ...environmentName,
  region: z.string(),
  tier,
  type: environmentType,
  platform,
  architecture,
  bucket: z.string(),
  deployDocument: z.string(),
  deploymentPolicy,
  /** Longest one instance may take for a deployment, start and health checks included. */
  deploymentTimeoutSeconds: z.number().int().min(1).max(3600),
  minSize: count,
  maxSize: count,
  slots: z.strictObject({ blue: slotResources, green: slotResources }),
  loadBalancer: z
    .strictObject({ arn: z.string(), dnsName: z.string(), listenerArns: z.array(z.string()) })
    .optional(),
  elasticIp: z.string().optional(),
  /** Where a person opens it. Absent for workers. */
  url: z.string().optional(),
  queueUrl: z.string().optional(),
  deadLetterQueueUrl: z.string().optional(),
  /** Defaults of environment properties from the stack file; `beanpole config set` overrides them. */
  properties: z.record(z.string(), z.string()),
});

/** An immutable snapshot of the environment's properties: values from the stack file, the rest by parameter version. */
export const configurationSnapshot = z.strictObject({
  properties: z.record(z.string(), z.string()),
  parameters: z.array(z.strictObject({ name: z.string(), parameter: z.string(), version: count })),
});

export const slotPointer = z.strictObject({
  versionLabel: label,
  bundle,
  configuration: configurationSnapshot,
  deployment: count,
});

/** `current.json`: which slot takes the traffic, and what each slot's instances boot. */
export const currentPointer = z.strictObject({
  active: slot,
  slots: z.strictObject({ blue: slotPointer.nullable(), green: slotPointer.nullable() }),
});

/** `lock.json`: a lease. Free when `holder` is null or `expiresAt` has passed; the token only ever grows. */
export const deploymentLock = z.strictObject({
  holder: z.string().nullable(),
  reason: z.string(),
  fencingToken: count,
  deployment: count,
  acquiredAt: time,
  expiresAt: time,
});

export const phase = z.strictObject({ name: z.string(), milliseconds: count });

/** What the agent prints as its last line of standard output when a deployment on its instance ends. */
export const instanceResult = z.strictObject({
  instanceId: z.string(),
  /** `Refused`: an older fencing token, or a deployment that is already over; nothing was changed. */
  outcome: z.enum(['Deployed', 'Failed', 'Refused']),
  versionLabel: label,
  deployment: count,
  /** What serves now; null when only the placeholder page does. */
  serving: label.nullable(),
  reason: z.string().optional(),
  /** Last lines of the new process's own output, oldest first; only after a failure. */
  lastLines: z.array(z.string()),
  phases: z.array(phase),
});

export const deploymentStatus = z.enum([
  'InProgress',
  'Succeeded',
  'Failed',
  'RolledBack',
  'RollbackFailed',
  'Aborted',
]);

export const deploymentStep = z.strictObject({
  id: z.string(),
  sentence: z.string(),
  status: z.enum(['Pending', 'InProgress', 'Done', 'Failed', 'Undone']),
  startedAt: time.optional(),
  endedAt: time.optional(),
  /** Identity of the effect in flight (an SSM command id), so that a second runner joins instead of repeating. */
  commandId: z.string().optional(),
});

/** `deployments/<number>.json`: written before each step, so that anyone can show, resume or undo it. */
export const deploymentRecord = z.strictObject({
  number: count,
  stack: z.string(),
  environment: z.string(),
  policy: deploymentPolicy,
  target: slotPointer,
  slot,
  /** What ran before; null for the first deployment. */
  previous: slotPointer.nullable(),
  status: deploymentStatus,
  startedBy: z.string(),
  fencingToken: count,
  startedAt: time,
  endedAt: time.optional(),
  reason: z.string().optional(),
  steps: z.array(deploymentStep),
  instances: z.array(instanceResult),
});

/** `health/<instance>.json`: written by the agent on change and at most once a minute. */
export const healthReport = z.strictObject({
  instanceId: z.string(),
  availabilityZone: z.string(),
  privateIp: z.string(),
  status: z.enum(['Ok', 'Info', 'Warning', 'Degraded', 'Severe', 'Pending', 'Unknown']),
  causes: z.array(z.string()),
  versionLabel: label.nullable(),
  deployment: count,
  slot: slot.optional(),
  launchedAt: time,
  reportedAt: time,
});

/** One line in the `events` log group. */
export const event = z.strictObject({
  at: time,
  severity: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']),
  environment: z.string(),
  instanceId: z.string().optional(),
  deployment: count.optional(),
  message: z.string(),
});

export type Tier = z.infer<typeof tier>;
export type EnvironmentType = z.infer<typeof environmentType>;
export type Platform = z.infer<typeof platform>;
export type Architecture = z.infer<typeof architecture>;
export type VersionManifest = z.infer<typeof versionManifest>;
export type ApplicationDescriptor = z.infer<typeof applicationDescriptor>;
export type DatabaseEndpoint = z.infer<typeof databaseEndpoint>;
export type CacheEndpoint = z.infer<typeof cacheEndpoint>;
export type SharedFiles = z.infer<typeof sharedFiles>;
export type WorkerDaemon = z.infer<typeof workerDaemon>;
export type InstanceDescriptor = z.infer<typeof instanceDescriptor>;
export type EnvironmentDescriptor = z.infer<typeof environmentDescriptor>;
export type ConfigurationSnapshot = z.infer<typeof configurationSnapshot>;
export type SlotPointer = z.infer<typeof slotPointer>;
export type CurrentPointer = z.infer<typeof currentPointer>;
export type DeploymentLock = z.infer<typeof deploymentLock>;
export type InstanceResult = z.infer<typeof instanceResult>;
export type DeploymentStatus = z.infer<typeof deploymentStatus>;
export type DeploymentStep = z.infer<typeof deploymentStep>;
export type DeploymentRecord = z.infer<typeof deploymentRecord>;
export type HealthReport = z.infer<typeof healthReport>;
export type Event = z.infer<typeof event>;
