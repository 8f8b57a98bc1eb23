import type { Input } from '@pulumi/pulumi';
import type { SubnetSpec, SubnetStrategy, SubnetType } from './subnets.ts';

export type NatStrategy = 'OnePerAz' | 'Single' | 'None';
type Tags = Readonly<Record<string, Input<string>>>;

/** What `new awsx.ec2.Vpc` takes. */
export interface VpcArguments {
  readonly cidrBlock?: string;
  readonly availabilityZoneNames?: readonly string[];
  readonly numberOfAvailabilityZones?: number;
  readonly availabilityZoneCidrMask?: number;
  readonly natGateways?: {
    readonly strategy: NatStrategy;
    readonly elasticIpAllocationIds?: readonly Input<string>[];
  };
  readonly subnetSpecs?: readonly SubnetSpec[];
  readonly subnetStrategy?: SubnetStrategy;
  readonly subnetNameTagStrategy?: 'Legacy' | 'AvailabilityZone';
  readonly enableDnsHostnames?: Input<boolean>;
  readonly enableDnsSupport?: Input<boolean>;
  readonly enableNetworkAddressUsageMetrics?: Input<boolean>;
  readonly instanceTenancy?: Input<string>;
  readonly region?: Input<string>;
  readonly tags?: Input<Tags>;
}

const known: readonly (keyof VpcArguments)[] = [
  'cidrBlock',
  'availabilityZoneNames',
  'numberOfAvailabilityZones',
  'availabilityZoneCidrMask',
  'natGateways',
  'subnetSpecs',
  'subnetStrategy',
  'subnetNameTagStrategy',
  'enableDnsHostnames',
  'enableDnsSupport',
  'enableNetworkAddressUsageMetrics',
  'instanceTenancy',
  'region',
  'tags',
];

/** Refuses what this provider does not do, instead of forgetting it. */
export function checkArguments(inputs: Readonly<Record<string, unknown>>): VpcArguments {
  const given = Object.keys(inputs).filter((key) => inputs[key] !== undefined && inputs[key] !== null);
  const unsupported = given.filter((key) => !(known as readonly string[]).includes(key));
  if (unsupported.length > 0)
    throw new Error(
      `awsx:ec2:Vpc: ${unsupported.join(', ')}: not supported by this provider. Supported: ${known.join(', ')}.`,
    );
  const args = inputs as VpcArguments;
  refuseOthers('subnetStrategy', args.subnetStrategy, ['Legacy', 'Auto', 'Exact']);
  refuseOthers('subnetNameTagStrategy', args.subnetNameTagStrategy, ['Legacy', 'AvailabilityZone']);
  refuseOthers('natGateways.strategy', args.natGateways?.strategy, ['OnePerAz', 'Single', 'None']);
  if (args.availabilityZoneNames && args.numberOfAvailabilityZones)
    throw new Error('Only one of [availabilityZoneNames] and [numberOfAvailabilityZones] can be specified');
  return args;
}

function refuseOthers(name: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value))
    throw new Error(`awsx:ec2:Vpc: ${name} must be one of ${allowed.join(', ')}, not ${value}.`);
}

/** Addresses that the program brings along have to match what the strategy uses: a partner may allow only these. */
export function checkNatGateways(
  strategy: NatStrategy,
  allocations: number,
  zones: number,
  types: readonly SubnetType[],
): void {
  const wanted = strategy === 'OnePerAz' ? zones : strategy === 'Single' ? 1 : 0;
  if (allocations > 0 && allocations !== wanted)
    throw new Error(
      `natGateways.elasticIpAllocationIds must hold ${wanted} addresses for the strategy ${strategy}, not ${allocations}.`,
    );
  if (strategy !== 'None' && !(types.includes('Public') && types.includes('Private')))
    throw new Error(
      `The NAT gateway strategy ${strategy} needs private subnets (which use the gateway) and public ones (which hold it).`,
    );
}
