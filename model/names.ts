/**
 * Names and paths of everything that infra, agent and CLI share in an AWS account.
 * Pure functions: the one place to look for "where is it?".
 */

/** What tells an environment from all others in an account. */
export interface EnvironmentName {
  /** `beanpole:application` of the stack file. */
  readonly application: string;
  /** Pulumi's stack, such as prod. */
  readonly stack: string;
  /** Its key below `beanpole:environments`, such as web. */
  readonly environment: string;
}

/** The two sets of instances of an environment, of which one serves. */
export type Slot = 'blue' | 'green';
export const slots: readonly Slot[] = ['blue', 'green'];

/** What an instance or the CLI writes to CloudWatch Logs, one group each. */
export type LogKind = 'events' | 'application' | 'proxy' | 'agent';
export const logKinds: readonly LogKind[] = ['events', 'application', 'proxy', 'agent'];

/** Metric namespace of everything Beanpole measures itself. */
export const metricNamespace = 'Beanpole';

/** Dimensions of an environment's own metrics; an instance's are added up under them. */
export const metricDimensions = ({ application, stack, environment }: EnvironmentName) => [
  { Name: 'Application', Value: application },
  { Name: 'Stack', Value: stack },
  { Name: 'Environment', Value: environment },
];

/** Keys in the application's bucket. All are changed by conditional writes, but for the health reports. */
export const keys = {
  bundles: 'bundles/',
  bundle: (sha256: string) => `bundles/${sha256}.zip`,
  agent: (sha256: string) => `agent/${sha256}.mjs`,
  versions: 'versions/',
  version: (label: string) => `versions/${label}.json`,
  /** Remembers the label of a version that was deleted, so that it is never used again. */
  deletedVersion: (label: string) => `deleted-versions/${label}.json`,
  environments: 'environments/',
  environment: ({ stack, environment }: EnvironmentName) => `environments/${stack}/${environment}/`,
  current: (name: EnvironmentName) => `${keys.environment(name)}current.json`,
  lock: (name: EnvironmentName) => `${keys.environment(name)}lock.json`,
  deployments: (name: EnvironmentName) => `${keys.environment(name)}deployments/`,
  deployment: (name: EnvironmentName, number: number) => `${keys.deployments(name)}${number}.json`,
  abortRequest: (name: EnvironmentName, number: number) => `${keys.deployments(name)}${number}.abort.json`,
  /** Exchanges of two environments' names, numbered in their stack; what asks for one to be undone lies beside it. */
  swaps: (stack: string) => `swaps/${stack}/`,
  swap: (stack: string, number: number) => `${keys.swaps(stack)}${number}.json`,
  swapAbort: (stack: string, number: number) => `${keys.swaps(stack)}${number}.abort.json`,
  healths: (name: EnvironmentName) => `${keys.environment(name)}health/`,
  /** Workers: periodic tasks, who schedules them, and what became of their runs. */
  schedule: (name: EnvironmentName) => `${keys.environment(name)}cron/schedule.json`,
  health: (name: EnvironmentName, instanceId: string) => `${keys.healths(name)}${instanceId}.json`,
} as const;

/** Names of SSM parameters. */
export const parameters = {
  root: '/beanpole/',
  application: (application: string) => `/beanpole/${application}`,
  environment: ({ application, stack, environment }: EnvironmentName) =>
    `/beanpole/${application}/${stack}/${environment}`,
  /** What an instance needs to boot: an `InstanceDescriptor`. */
  instanceDescriptor: (name: EnvironmentName) => `${parameters.environment(name)}/instance`,
  /** What the CLI needs: an `EnvironmentDescriptor`. */
  environmentDescriptor: (name: EnvironmentName) => `${parameters.environment(name)}/environment`,
  properties: (name: EnvironmentName) => `${parameters.environment(name)}/properties`,
  property: (name: EnvironmentName, property: string) => `${parameters.properties(name)}/${property}`,
} as const;

export const logGroup = (name: EnvironmentName, kind: LogKind): string =>
  `${parameters.environment(name)}/${kind}`;

/**
 * An environment's own name in DNS, below the domain of its stack. It always leads to this environment; the name of
 * the stack file is an alias of it, until a swap makes it an alias of another environment's.
 */
export const ownRecord = ({ stack, environment }: EnvironmentName): string => `${environment}.${stack}.env`;

/** Tags on everything that belongs to an environment; roles' permissions are scoped by them. */
export const tags = (name: EnvironmentName): Record<string, string> => ({
  'beanpole:application': name.application,
  'beanpole:stack': name.stack,
  'beanpole:environment': name.environment,
});

/** Tags of a golden image and its snapshot, besides the environment's it was made for; a builder has the first. */
export const imageTags = {
  /** The image's name. */
  name: 'beanpole:image',
  /** Digest of the agent in it. */
  agent: 'beanpole:agent',
} as const;

/** What user data is told by an image's builder: install and fetch everything, start nothing. */
export const prepareOnly = 'prepare';

/** The SSM document that `deploy` sends to instances; made by the `application` stack. */
export const deployDocument = (application: string): string => `beanpole-${application}-deploy`;

/** Name of the lifecycle hook that keeps an instance out of service until it serves its slot's version. */
export const launchHook = 'beanpole-launch';

/** Name of the lifecycle hook that keeps a worker alive until its jobs are done. */
export const terminationHook = 'beanpole-terminate';

/** Attributes that the worker daemon gives a message in the dead-letter queue. */
export const deadLetterAttributes = {
  reason: 'beanpole.reason',
  messageId: 'beanpole.message-id',
  receives: 'beanpole.receives',
} as const;

/** A periodic task is a message with Elastic Beanstalk's own body and attributes. */
export const periodicTask = {
  body: 'elasticbeanstalk scheduled job',
  path: 'beanstalk.sqsd.path',
  name: 'beanstalk.sqsd.task_name',
  scheduledAt: 'beanstalk.sqsd.scheduled_time',
} as const;

/** Paths on an instance. */
export const instancePaths = {
  agent: '/opt/beanpole/agent.mjs',
  /** Environment file of the agent's unit: which descriptor to read. */
  environmentFile: '/etc/beanpole/agent.env',
  socket: '/run/beanpole/agent.sock',
  state: '/var/lib/beanpole',
  releases: '/var/app/releases',
  current: '/var/app/current',
  /** The release that is being prepared. */
  staging: '/var/app/staging',
  logs: '/var/log/beanpole',
} as const;

/** `dev/web` as people type it. */
export const displayName = ({ stack, environment }: EnvironmentName): string => `${stack}/${environment}`;
