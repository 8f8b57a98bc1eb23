import {
  boolean,
  list,
  number,
  object,
  required,
  set,
  string,
  type Inputs,
} from '../../../resource/schema.ts';

const computed = { computed: true };
const hidden = { hidden: true };

export const groupInputs = {
  name: string({ replaces: true }),
  namePrefix: string({ replaces: true, hidden: true }),
  minSize: required(number()),
  maxSize: required(number()),
  desiredCapacity: number(computed),
  vpcZoneIdentifiers: set(string(), computed),
  availabilityZones: set(string(), computed),
  launchTemplate: object({ id: string(computed), name: string(computed), version: string(computed) }),
  mixedInstancesPolicy: object({
    instancesDistribution: object(
      {
        onDemandAllocationStrategy: string(computed),
        onDemandBaseCapacity: number(computed),
        onDemandPercentageAboveBaseCapacity: number({ default: 100 }),
        spotAllocationStrategy: string({ default: 'lowest-price' }),
        spotInstancePools: number(computed),
        spotMaxPrice: string(),
      },
      computed,
    ),
    launchTemplate: required(
      object({
        launchTemplateSpecification: required(
          object({
            launchTemplateId: string(computed),
            launchTemplateName: string(computed),
            version: string({ default: '$Default' }),
          }),
        ),
        overrides: list(object({ instanceType: string() })),
      }),
    ),
  }),
  targetGroupArns: set(string(), computed),
  healthCheckType: string(computed),
  healthCheckGracePeriod: number({ default: 300 }),
  defaultCooldown: number(computed),
  defaultInstanceWarmup: number(),
  maxInstanceLifetime: number(),
  capacityRebalance: boolean(),
  protectFromScaleIn: boolean({ default: false }),
  terminationPolicies: list(string()),
  suspendedProcesses: set(string()),
  enabledMetrics: set(string()),
  metricsGranularity: string({ default: '1Minute', hidden: true }),
  placementGroup: string(),
  serviceLinkedRoleArn: string(computed),
  instanceMaintenancePolicy: object({
    minHealthyPercentage: required(number()),
    maxHealthyPercentage: required(number()),
  }),
  tags: set(
    object({
      key: required(string()),
      value: required(string()),
      propagateAtLaunch: required(boolean()),
    }),
  ),
  initialLifecycleHooks: set(
    object({
      name: required(string()),
      lifecycleTransition: required(string()),
      defaultResult: string(),
      heartbeatTimeout: number(),
      notificationMetadata: string(),
      notificationTargetArn: string(),
      roleArn: string(),
    }),
    hidden,
  ),
  waitForCapacityTimeout: string({ default: '10m', hidden: true }),
  minElbCapacity: number(hidden),
  waitForElbCapacity: number(hidden),
  forceDelete: boolean({ default: false, hidden: true }),
  forceDeleteWarmPool: boolean({ default: false, hidden: true }),
  ignoreFailedScalingActivities: boolean({ default: false, hidden: true }),
};
export type Group = Inputs<typeof groupInputs>;
