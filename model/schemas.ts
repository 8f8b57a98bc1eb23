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
export const deploymentPolicy = z.enum([
  'AllAtOnce',
  'Rolling',
  'RollingWithAdditionalBatch',
  'Immutable',
  'TrafficSplitting',
  'BlueGreen',
]);
export const architecture = z.enum(['x86_64', 'arm64']);
export const slot = z.enum(['blue', 'green']);

/**
 * How a deployment policy goes about it: Elastic Beanstalk's options of `aws:elasticbeanstalk:command` and
 * `aws:elasticbeanstalk:trafficsplitting`. The batch size is what its console and CLI write (30 percent).
 */
export const deploymentOptions = z.strictObject({
  batchSizeType: z.enum(['Percentage', 'Fixed']).default('Percentage'),
  /** Percent of the instances, or a number of them. */
  batchSize: z.number().int().min(1).max(10000).default(30),
  /** The load balancer's judgement stops nothing; the agent's own does all the same. */
  ignoreHealthCheck: z.boolean().default(false),
  /** Good looks in a row, a moment apart, that pass a health gate. */
  healthyChecks: z.number().int().min(1).max(100).default(3),
  /** `TrafficSplitting`: share of the new version while it is evaluated. */
  newVersionPercent: z.number().int().min(1).max(100).default(10),
  /** `TrafficSplitting`: how long it is evaluated. */
  evaluationTimeSeconds: z.number().int().min(1).max(36000).default(300),
  /** `BlueGreen`: how long the old slot stays up after the switch. */
  keepWarmSeconds: z.number().int().min(0).max(36000).default(300),
  /** Longest one instance may take; the environment's own unless given. */
  timeoutSeconds: z.number().int().min(1).max(3600).optional(),
  /** CloudWatch alarms that end an evaluation, or the time kept warm, when one of them is in ALARM. */
  alarms: z.array(z.string().min(1).max(255)).max(10).default([]),
});

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
  /** Tiers whose bundles have something to do once per deployment, on one instance, before anything switches. */
  onceSteps: z.array(tier).optional(),
});

/** `deleted-versions/<label>.json`: its label is never used again. */
export const deletedVersion = z.strictObject({ label, deletedAt: time, deletedBy: z.string() });

/** Which versions are deleted when a new one has been made: Elastic Beanstalk's MaxCountRule and MaxAgeRule. */
export const versionLifecycle = z.strictObject({
  maxCount: z.number().int().min(1).optional(),
  maxAgeDays: z.number().int().min(1).optional(),
});

/** `/beanpole/<application>`: what the `application` stack made and every other stack needs. */
export const applicationDescriptor = z.strictObject({
  application: z.string(),
  region: z.string(),
  bucket: z.string(),
  agent: z.strictObject({ key: z.string(), sha256 }),
  deployDocument: z.string(),
  alarmTopicArn: z.string(),
  /** Absent: versions are kept until somebody deletes them. */
  versionLifecycle: versionLifecycle.optional(),
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
  /** Digest of the agent that the newest launch templates name. */
  agent: sha256.optional(),
  bucket: z.string(),
  deployDocument: z.string(),
  deploymentPolicy,
  deploymentOptions: deploymentOptions.prefault({}),
  /** Longest one instance may take for a deployment, start and health checks included. */
  deploymentTimeoutSeconds: z.number().int().min(1).max(3600),
  minSize: count,
  maxSize: count,
  slots: z.strictObject({ blue: slotResources, green: slotResources }),
  loadBalancer: z
    .strictObject({ arn: z.string(), dnsName: z.string(), listenerArns: z.array(z.string()) })
    .optional(),
  elasticIp: z.string().optional(),
  /** Its name in DNS, which leads to its own name until it is swapped; absent without a `record`. */
  hostName: z.strictObject({ hostedZoneId: z.string(), name: z.string(), ownName: z.string() }).optional(),
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
  /**
   * `Prepared`: what is done once per deployment is done, nothing has switched. `Refused`: an older fencing token, or
   * a deployment that is already over; nothing was changed.
   */
  outcome: z.enum(['Deployed', 'Prepared', 'Failed', 'Refused']),
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

/** Bounds and wish of an Auto Scaling group. */
export const groupSize = z.strictObject({ minSize: count, maxSize: count, desiredCapacity: count });

/** What a step does: data, so that a plan can be shown, kept, continued by another runner, and undone. */
export const deploymentTask = z.discriminatedUnion('action', [
  /** Auto Scaling processes that would disturb the deployment; only those that nobody else has suspended. */
  z.strictObject({ action: z.literal('SuspendProcesses'), slot, processes: z.array(z.string()) }),
  z.strictObject({ action: z.literal('ResumeProcesses'), slot, processes: z.array(z.string()) }),
  /** One instance of the slot prepares the version and does what is done once per deployment; it switches nothing. */
  z.strictObject({ action: z.literal('RunOnce'), slot }),
  /** One Run Command to these instances; without `instanceIds` to all in service that `exceptIds` does not name. */
  z.strictObject({
    action: z.literal('Deploy'),
    slot,
    instanceIds: z.array(z.string()).optional(),
    exceptIds: z.array(z.string()).optional(),
  }),
  /** The load balancer's judgement of every instance that was deployed to. */
  z.strictObject({ action: z.literal('AwaitTargetHealth'), slot }),
  /** What instances of a slot boot: this deployment's version, the previous one, or what stood there before. */
  z.strictObject({ action: z.literal('PointSlot'), slot, to: z.enum(['Target', 'Previous', 'Displaced']) }),
  /** Until every instance of the slot, those just booting included, reports the version. */
  z.strictObject({ action: z.literal('Settle'), slot }),
  z.strictObject({ action: z.literal('ReturnInstances'), slot }),
  z.strictObject({ action: z.literal('UseLaunchTemplate'), slot, version: z.string() }),
  z.strictObject({ action: z.literal('Resize'), slot, size: groupSize }),
  /** Until so many instances of the slot are in service and healthy. */
  z.strictObject({ action: z.literal('AwaitInstances'), slot, count }),
  /** Until nobody is left in the slot. */
  z.strictObject({ action: z.literal('AwaitEmpty'), slot }),
  /** Percent of the traffic that goes to the slot; the other one gets the rest. */
  z.strictObject({ action: z.literal('ShiftTraffic'), slot, percent: z.number().int().min(0).max(100) }),
  z.strictObject({ action: z.literal('MoveAddress'), slot }),
  /** Looks at the slot's health, and at the alarms, for as long. */
  z.strictObject({ action: z.literal('Watch'), slot, seconds: count }),
  z.strictObject({ action: z.literal('Activate'), slot }),
]);

const stepStatus = z.enum(['Pending', 'InProgress', 'Done', 'Failed', 'Undone']);

const plannedStep = {
  /** Unique in its deployment; those of the way back begin with `return-`. */
  id: z.string(),
  sentence: z.string(),
  task: deploymentTask,
};

export const deploymentStep = z.strictObject({
  ...plannedStep,
  /** The step of the way back that takes this one back; absent where nothing has to be taken back. */
  undo: z.strictObject(plannedStep).optional(),
  /** From here on the deployment only goes forward. */
  isPointOfNoReturn: z.literal(true).optional(),
  status: stepStatus,
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
  options: deploymentOptions,
  target: slotPointer,
  /** Whose instances run the target in the end. */
  slot,
  /** What ran before; null for the first deployment. */
  previous: slotPointer.nullable(),
  /** What the slot pointed to before, where that is not what ran. */
  displaced: slotPointer.nullable(),
  /** The deployment that this one takes back. */
  rollbackOf: count.optional(),
  status: deploymentStatus,
  startedBy: z.string(),
  fencingToken: count,
  startedAt: time,
  endedAt: time.optional(),
  reason: z.string().optional(),
  steps: z.array(deploymentStep),
  instances: z.array(instanceResult),
});

const swapStep = z.strictObject({
  id: z.enum(['exchange', 'watch', 'return-exchange']),
  sentence: z.string(),
  /** How it is taken back; absent where nothing has to be. */
  undo: z.string().optional(),
  status: stepStatus,
  startedAt: time.optional(),
  endedAt: time.optional(),
});

/** `swaps/<stack>/<number>.json`: the names of two environments are exchanged; written before each step. */
export const swapRecord = z.strictObject({
  number: count,
  stack: z.string(),
  environments: z.tuple([z.string(), z.string()]),
  hostedZoneId: z.string(),
  /** Each name, and the own name of the environment that it led to before and is to lead to. */
  names: z.array(z.strictObject({ name: z.string(), before: z.string(), after: z.string() })),
  /** How long both environments are watched after the exchange. */
  watchSeconds: count,
  ignoreHealthCheck: z.boolean(),
  status: z.enum(['InProgress', 'Succeeded', 'RolledBack', 'RollbackFailed', 'Aborted']),
  startedBy: z.string(),
  startedAt: time,
  endedAt: time.optional(),
  /** Why it goes, or went, back. */
  reason: z.string().optional(),
  steps: z.array(swapStep),
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
  /** Digest of the agent's own file. */
  agent: sha256.optional(),
  launchedAt: time,
  reportedAt: time,
});

/** `deployments/<number>.abort.json`, and beside a swap: somebody wants one undone that another command runs. */
export const abortRequest = z.strictObject({ requestedBy: z.string(), requestedAt: time });

/** A task of `cron.yaml`. */
export const cronTask = z.strictObject({
  name: z.string(),
  /** Path that is posted to. */
  url: z.string(),
  /** A cron expression of five fields. */
  schedule: z.string(),
  timezone: z.string(),
  /** What becomes of runs that nobody could start in time. */
  catchUp: z.enum(['none', 'latest', 'all']),
  /** Whether a run may begin while the one before goes on. */
  overlap: z.boolean(),
});

export const cronRun = z.strictObject({
  task: z.string(),
  dueAt: time,
  trigger: z.enum(['Schedule', 'CatchUp', 'Manual']),
  /** `Claimed`: nobody else sends it, and its sender may have died before it did. */
  state: z.enum(['Requested', 'Claimed', 'Sent', 'Succeeded', 'Failed', 'Skipped', 'Missed']),
  /** Instance or person. */
  by: z.string(),
  sentAt: time.optional(),
  endedAt: time.optional(),
  reason: z.string().optional(),
});

/** `cron/schedule.json`: the scheduler's lease, and the runs; changed by conditional writes only. */
export const cronSchedule = z.strictObject({
  holder: z.string().nullable(),
  expiresAt: time,
  /** As the holder's version has them. */
  tasks: z.array(cronTask),
  /** Task → up to which moment its due times are dealt with. */
  considered: z.record(z.string(), time),
  runs: z.array(cronRun),
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
export type DeploymentPolicy = z.infer<typeof deploymentPolicy>;
export type DeploymentOptions = z.infer<typeof deploymentOptions>;
export type DeploymentTask = z.infer<typeof deploymentTask>;
export type GroupSize = z.infer<typeof groupSize>;
export type VersionManifest = z.infer<typeof versionManifest>;
export type VersionLifecycle = z.infer<typeof versionLifecycle>;
export type ApplicationDescriptor = z.infer<typeof applicationDescriptor>;
export type DatabaseEndpoint = z.infer<typeof databaseEndpoint>;
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
export type CronTask = z.infer<typeof cronTask>;
export type CronRun = z.infer<typeof cronRun>;
export type CronSchedule = z.infer<typeof cronSchedule>;
export type SwapRecord = z.infer<typeof swapRecord>;
export type HealthReport = z.infer<typeof healthReport>;
export type Event = z.infer<typeof event>;
