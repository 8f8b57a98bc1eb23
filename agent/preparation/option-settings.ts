/** Elastic Beanstalk's option settings of a bundle: what is applied, and for the rest where it belongs. Pure. */

export interface OptionSetting {
  readonly namespace: string;
  readonly option: string;
  readonly value: string;
}

/** What a bundle's settings change. */
export interface BundleOptions {
  /** Environment properties; those of the stack file and of `config set` go before them. */
  readonly properties: Readonly<Record<string, string>>;
  /** URL path → folder or file of the bundle, served by nginx. */
  readonly staticFiles: Readonly<Record<string, string>>;
  readonly php: Readonly<Record<string, string>>;
  readonly python: Readonly<Record<string, string>>;
  /** One sentence for each setting that has no effect. */
  readonly notes: readonly string[];
}

export const noOptions: BundleOptions = { properties: {}, staticFiles: {}, php: {}, python: {}, notes: [] };

const applied = {
  'aws:elasticbeanstalk:application:environment': 'properties',
  'aws:elasticbeanstalk:environment:proxy:staticfiles': 'staticFiles',
  'aws:elasticbeanstalk:container:php:phpini': 'php',
  'aws:elasticbeanstalk:container:python': 'python',
} as const;

/** What php-fpm is told; `document_root` is nginx's. */
export const phpOptions: Readonly<Record<string, string>> = {
  memory_limit: 'memory_limit',
  'zlib.output_compression': 'zlib.output_compression',
  allow_url_fopen: 'allow_url_fopen',
  display_errors: 'display_errors',
  max_execution_time: 'max_execution_time',
};
const known: Readonly<Record<string, ReadonlySet<string>>> = {
  php: new Set(['document_root', ...Object.keys(phpOptions)]),
  python: new Set(['WSGIPath', 'NumProcesses', 'NumThreads']),
};

/** Where an environment's own setting is, by namespace and option; `*` for all options of a namespace. */
const elsewhere: Readonly<Record<string, string>> = {
  'aws:autoscaling:asg MinSize': 'minSize',
  'aws:autoscaling:asg MaxSize': 'maxSize',
  'aws:autoscaling:launchconfiguration InstanceType': 'instanceTypes',
  'aws:autoscaling:launchconfiguration RootVolumeSize': 'rootVolumeSizeGb',
  'aws:autoscaling:asg EnableCapacityRebalancing': 'enableCapacityRebalancing',
  'aws:ec2:instances InstanceTypes': 'instanceTypes',
  'aws:ec2:instances EnableSpot': 'enableSpot',
  'aws:ec2:instances SpotFleetOnDemandBase': 'spotFleetOnDemandBase',
  'aws:ec2:instances SpotFleetOnDemandAboveBasePercentage': 'spotFleetOnDemandAboveBasePercentage',
  'aws:ec2:instances SpotMaxPrice': 'spotMaxPrice',
  'aws:ec2:instances SpotAllocationStrategy': 'spotAllocationStrategy',
  'aws:elasticbeanstalk:application Application Healthcheck URL': 'healthCheckPath',
  'aws:elasticbeanstalk:environment:process:default HealthCheckPath': 'healthCheckPath',
  'aws:elasticbeanstalk:environment:process:default StickinessEnabled': 'stickinessSeconds',
  'aws:elasticbeanstalk:environment:process:default StickinessLBCookieDuration': 'stickinessSeconds',
  'aws:elasticbeanstalk:environment:process:default DeregistrationDelay': 'deregistrationDelaySeconds',
  'aws:elasticbeanstalk:command DeploymentPolicy': 'deploymentPolicy',
  'aws:elasticbeanstalk:command Timeout': 'deploymentTimeoutSeconds',
  'aws:elasticbeanstalk:cloudwatch:logs RetentionInDays': 'logRetentionDays',
  'aws:elasticbeanstalk:environment EnvironmentType': 'type',
  'aws:elasticbeanstalk:sqsd HttpPath': 'httpPath',
  'aws:elasticbeanstalk:sqsd MimeType': 'mimeType',
  'aws:elasticbeanstalk:sqsd HttpConnections': 'httpConnections',
  'aws:elasticbeanstalk:sqsd ConnectTimeout': 'connectTimeoutSeconds',
  'aws:elasticbeanstalk:sqsd InactivityTimeout': 'inactivityTimeoutSeconds',
  'aws:elasticbeanstalk:sqsd VisibilityTimeout': 'visibilityTimeoutSeconds',
  'aws:elasticbeanstalk:sqsd ErrorVisibilityTimeout': 'errorVisibilityTimeoutSeconds',
  'aws:elasticbeanstalk:sqsd RetentionPeriod': 'retentionPeriodSeconds',
  'aws:elasticbeanstalk:sqsd MaxRetries': 'maxRetries',
};

/** Later settings replace earlier ones. */
export function applyOptions(settings: readonly OptionSetting[]): BundleOptions {
  const groups: Record<'properties' | 'staticFiles' | 'php' | 'python', Record<string, string>> = {
    properties: {},
    staticFiles: {},
    php: {},
    python: {},
  };
  const notes: string[] = [];
  for (const { namespace, option, value } of settings) {
    const group = Object.hasOwn(applied, namespace) ? applied[namespace as keyof typeof applied] : undefined;
    if (group && known[group]?.has(option) !== false) groups[group][option] = value;
    else {
      const note = noteOn(namespace, option, value);
      if (note !== undefined) notes.push(note);
    }
  }
  return { ...groups, notes };
}

/** Undefined for what holds anyhow. */
function noteOn(namespace: string, option: string, value: string): string | undefined {
  const name = `${namespace} ${option}`;
  if (name === 'aws:elasticbeanstalk:environment:proxy ProxyServer' && value === 'nginx') return undefined;
  const key = elsewhere[name];
  return key === undefined
    ? `The bundle's option ${name} has no effect here.`
    : `The bundle's option ${name} has no effect: the environment's ${key} in the stack file decides.`;
}
