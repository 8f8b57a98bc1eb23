import { AwsError } from '../../endpoint/service.ts';

/** Each kind of resource with its id's prefix and EC2's words for a missing one. */
const kinds = {
  vpc: { prefix: 'vpc', code: 'InvalidVpcID', says: (id: string) => `The vpc ID '${id}' does not exist` },
  subnet: {
    prefix: 'subnet',
    code: 'InvalidSubnetID',
    says: (id: string) => `The subnet ID '${id}' does not exist`,
  },
  internetGateway: {
    prefix: 'igw',
    code: 'InvalidInternetGatewayID',
    says: (id: string) => `The internetGateway ID '${id}' does not exist`,
  },
  routeTable: {
    prefix: 'rtb',
    code: 'InvalidRouteTableID',
    says: (id: string) => `The routeTable ID '${id}' does not exist`,
  },
  securityGroup: {
    prefix: 'sg',
    code: 'InvalidGroup',
    says: (id: string) => `The security group '${id}' does not exist`,
  },
  securityGroupRule: {
    prefix: 'sgr',
    code: 'InvalidSecurityGroupRuleId',
    says: (id: string) => `The security group rule ID '${id}' does not exist`,
  },
  networkAcl: {
    prefix: 'acl',
    code: 'InvalidNetworkAclID',
    says: (id: string) => `The networkAcl ID '${id}' does not exist`,
  },
  dhcpOptions: {
    prefix: 'dopt',
    code: 'InvalidDhcpOptionsID',
    says: (id: string) => `The dhcpOption ID '${id}' does not exist`,
  },
  networkInterface: {
    prefix: 'eni',
    code: 'InvalidNetworkInterfaceID',
    says: (id: string) => `The networkInterface ID '${id}' does not exist`,
  },
  allocation: {
    prefix: 'eipalloc',
    code: 'InvalidAllocationID',
    says: (id: string) => `The allocation ID '${id}' does not exist`,
  },
  instance: {
    prefix: 'i',
    code: 'InvalidInstanceID',
    says: (id: string) => `The instance ID '${id}' does not exist`,
  },
  volume: {
    prefix: 'vol',
    code: 'InvalidVolume',
    says: (id: string) => `The volume '${id}' does not exist.`,
  },
  snapshot: {
    prefix: 'snap',
    code: 'InvalidSnapshot',
    says: (id: string) => `The snapshot '${id}' does not exist.`,
  },
  image: {
    prefix: 'ami',
    code: 'InvalidAMIID',
    says: (id: string) => `The image id '[${id}]' does not exist`,
  },
  launchTemplate: {
    prefix: 'lt',
    code: 'InvalidLaunchTemplateId',
    says: (id: string) => `The specified launch template, with template ID ${id}, does not exist.`,
  },
} as const;

export type Kind = keyof typeof kinds;

export function notFound(kind: Kind, id: string): AwsError {
  const { prefix, code, says } = kinds[kind];
  if (!id.startsWith(`${prefix}-`))
    return new AwsError(`${code}.Malformed`, `Invalid id: "${id}" (expecting "${prefix}-...")`);
  return new AwsError(`${code}.NotFound`, says(id));
}

/** NAT gateways and associations have codes of another form. */
export const natGatewayNotFound = (id: string): AwsError =>
  new AwsError('NatGatewayNotFound', `The Nat Gateway ${id} was not found`);
export const associationNotFound = (id: string): AwsError =>
  new AwsError('InvalidAssociationID.NotFound', `The association ID '${id}' does not exist`);

export const hasDependencies = (what: string, id: string): AwsError =>
  new AwsError('DependencyViolation', `The ${what} '${id}' has dependencies and cannot be deleted.`);

export const invalidValue = (message: string): AwsError => new AwsError('InvalidParameterValue', message);

export const invalidCombination = (message: string): AwsError =>
  new AwsError('InvalidParameterCombination', message);

export const missing = (name: string): AwsError =>
  new AwsError('MissingParameter', `The request must contain the parameter ${name}`);

/** AWS knows it, this cloud has nothing behind it. */
export const unsupported = (what: string): AwsError =>
  new AwsError('UnsupportedOperation', `${what} is not supported by this local cloud.`);

/** The answer to a dry run of what could be done. */
export const wouldSucceed = (): AwsError =>
  new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
