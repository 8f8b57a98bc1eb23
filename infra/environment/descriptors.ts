/** Pure: an environment's two descriptors, from the stack file and from what Pulumi made. */
import type { z } from 'zod';
import { deploymentOptions } from '../../model/schemas.ts';
import type {
  cacheEndpoint,
  databaseEndpoint,
  DeploymentOptions,
  environmentDescriptor,
  EnvironmentDescriptor,
  instanceDescriptor,
  sharedFiles,
  WorkerDaemon,
} from '../../model/schemas.ts';
import type { EnvironmentConfiguration } from '../config.ts';
import type { EnvironmentArgs } from './environment.ts';
import { drainTimeoutOf } from './worker-tier.ts';

type Described = Pick<EnvironmentArgs, 'name' | 'account' | 'configuration' | 'application' | 'observed'>;

export interface MadeForInstance {
  readonly elasticIpAllocationId: string | undefined;
  readonly workerQueueUrl: string | undefined;
  readonly workerDaemon: WorkerDaemon | undefined;
  readonly database: z.input<typeof databaseEndpoint> | undefined;
  readonly cache: z.input<typeof cacheEndpoint> | undefined;
  readonly files: z.input<typeof sharedFiles> | undefined;
}

export function describeInstance(
  { name, account, configuration, application }: Described,
  made: MadeForInstance,
): z.input<typeof instanceDescriptor> {
  return {
    application: name.application,
    stack: name.stack,
    environment: name.environment,
    region: account.region,
    tier: configuration.tier,
    type: configuration.type,
    platform: configuration.platform,
    bucket: application.bucket,
    healthCheckPath: configuration.healthCheckPath,
    startTimeoutSeconds: configuration.startTimeoutSeconds,
    drainTimeoutSeconds: drainTimeoutOf(configuration),
    elasticIpAllocationId: made.elasticIpAllocationId,
    workerQueueUrl: made.workerQueueUrl,
    workerDaemon: made.workerDaemon,
    database: made.database,
    cache: made.cache,
    files: made.files,
  };
}

interface SlotIds {
  readonly autoScalingGroup: string;
  readonly targetGroupArn: string | undefined;
  readonly launchTemplateId: string;
  readonly launchTemplateVersion: string;
}

export interface MadeForEnvironment {
  readonly blue: SlotIds;
  readonly green: SlotIds;
  readonly loadBalancer:
    { readonly arn: string; readonly dnsName: string; readonly listenerArn: string } | undefined;
  readonly elasticIp: string | undefined;
  readonly hostName: EnvironmentDescriptor['hostName'];
  readonly url: string | undefined;
  readonly queueUrl: string | undefined;
  readonly deadLetterQueueUrl: string | undefined;
}

export function describeEnvironment(
  { name, account, configuration, application, observed }: Described,
  { blue, green, loadBalancer, ...made }: MadeForEnvironment,
): z.input<typeof environmentDescriptor> {
  return {
    application: name.application,
    stack: name.stack,
    environment: name.environment,
    region: account.region,
    tier: configuration.tier,
    type: configuration.type,
    platform: configuration.platform,
    architecture: observed.image.architecture,
    agent: application.agent.sha256,
    bucket: application.bucket,
    deployDocument: application.deployDocument,
    deploymentPolicy: configuration.deploymentPolicy,
    deploymentOptions: deploymentOptionsOf(configuration),
    deploymentTimeoutSeconds: configuration.deploymentTimeoutSeconds,
    minSize: configuration.minSize,
    maxSize: configuration.maxSize,
    slots: { blue, green },
    loadBalancer: loadBalancer && {
      arn: loadBalancer.arn,
      dnsName: loadBalancer.dnsName,
      listenerArns: [loadBalancer.listenerArn],
    },
    ...made,
    properties: configuration.properties,
  };
}

/** The keys of the stack file that are options of the deployment policy. */
const deploymentOptionsOf = (configuration: EnvironmentConfiguration): DeploymentOptions =>
  deploymentOptions.strip().parse({ ...configuration, alarms: configuration.deploymentAlarms });
