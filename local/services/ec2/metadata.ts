import type { MetadataOptions, RoleCredentials } from '../../instances/instances.ts';
import { publicAddressOf } from './addresses.ts';
import type { Ec2Context } from './context.ts';
import { privateName, publicName } from './dns-names.ts';
import { macAddress } from './ids.ts';
import { interruptionPaths } from './spot-interruptions.ts';
import type { InstanceRow, InterfaceRow } from './state.ts';
import { zoneNamed } from './zones.ts';

/** What an instance reads about itself: paths below `/latest/` with their text. */
export function metadataOf(context: Ec2Context, instanceId: string): Record<string, string> | undefined {
  const { state, parts } = context;
  const row = state.instances.get(instanceId);
  const nic = row && state.interfaces.get(row.interfaceId);
  if (!row || !nic) return undefined;
  const below = {
    ...identity(context, row),
    ...addresses(context, row, nic),
    ...interfacePaths(context, row, nic),
    ...profilePaths(context, row),
    ...tagPaths(context, row),
    ...lifecyclePath(context, row.id),
    ...interruptionPaths(row.spot, parts.clock.now()),
  };
  return {
    ...Object.fromEntries(Object.entries(below).map(([path, text]) => [`meta-data/${path}`, text])),
    'dynamic/instance-identity/document': identityDocument(context, row),
    ...(row.userData !== undefined && { 'user-data': Buffer.from(row.userData, 'base64').toString() }),
    'meta-data/services/domain': 'amazonaws.com',
    'meta-data/services/partition': 'aws',
    'meta-data/placement/region': parts.region,
  };
}

function identity({ parts }: Ec2Context, row: InstanceRow): Record<string, string> {
  return {
    'ami-id': row.imageId,
    'ami-launch-index': String(row.launchIndex),
    'ami-manifest-path': '(unknown)',
    'instance-action': 'none',
    'instance-id': row.id,
    'instance-life-cycle': row.spot ? 'spot' : 'on-demand',
    'instance-type': row.instanceType,
    'placement/availability-zone': row.zone,
    'placement/availability-zone-id': zoneNamed(parts.region, row.zone).id,
    profile: 'default-hvm',
    'reservation-id': row.reservationId,
  };
}

function addresses(context: Ec2Context, row: InstanceRow, nic: InterfaceRow): Record<string, string> {
  const { state, parts } = context;
  const name = privateName(parts.region, row.privateAddress);
  const publicAddress = publicAddressOf(state, nic);
  const hasNames = state.vpcs.get(row.vpcId)?.enableDnsHostnames ?? false;
  return {
    hostname: name,
    'local-hostname': name,
    'local-ipv4': row.privateAddress,
    mac: macAddress(nic.id),
    'security-groups': groupNames(context, nic),
    ...(publicAddress !== undefined && { 'public-ipv4': publicAddress }),
    ...(publicAddress !== undefined &&
      hasNames && { 'public-hostname': publicName(parts.region, publicAddress) }),
  };
}

const groupNames = ({ state }: Ec2Context, { groups }: InterfaceRow): string =>
  groups.map((id) => state.securityGroups.get(id)?.name ?? '').join('\n');

function interfacePaths(context: Ec2Context, row: InstanceRow, nic: InterfaceRow): Record<string, string> {
  const { state, parts } = context;
  const mac = macAddress(nic.id);
  const publicAddress = publicAddressOf(state, nic);
  const vpcCidr = state.vpcs.get(row.vpcId)?.cidr ?? '';
  const paths = {
    'device-number': '0',
    'interface-id': nic.id,
    'local-hostname': privateName(parts.region, nic.privateAddress),
    'local-ipv4s': nic.privateAddress,
    mac,
    'owner-id': parts.account,
    'security-group-ids': nic.groups.join('\n'),
    'security-groups': groupNames(context, nic),
    'subnet-id': nic.subnetId,
    'subnet-ipv4-cidr-block': state.subnets.get(nic.subnetId)?.cidr ?? '',
    'vpc-id': nic.vpcId,
    'vpc-ipv4-cidr-block': vpcCidr,
    'vpc-ipv4-cidr-blocks': vpcCidr,
    ...(publicAddress !== undefined && { 'public-ipv4s': publicAddress }),
  };
  return Object.fromEntries(
    Object.entries(paths).map(([path, text]) => [`network/interfaces/macs/${mac}/${path}`, text]),
  );
}

function profilePaths(context: Ec2Context, row: InstanceRow): Record<string, string> {
  const { profile } = row;
  if (!profile) return {};
  const info = {
    Code: 'Success',
    LastUpdated: isoSeconds(profile.associatedAt),
    InstanceProfileArn: profile.arn,
    InstanceProfileId: profile.id,
  };
  const { name, isTrusting } = roleOf(context, row) ?? {};
  return {
    'iam/info': JSON.stringify(info, undefined, 2),
    ...(name !== undefined &&
      !isTrusting && { [`iam/security-credentials/${name}`]: notAssumed(name, context.parts.clock.now()) }),
  };
}

/** The role in the instance's profile, as the profile is now; EC2 can assume it only where the role trusts EC2. */
function roleOf(
  { parts }: Ec2Context,
  { profile }: InstanceRow,
): { readonly name: string; readonly isTrusting: boolean } | undefined {
  const { iam } = parts.services;
  const name = profile && iam.roleOfProfile(profile.arn);
  return name === undefined ? undefined : { name, isTrusting: iam.trusts(name, 'ec2.amazonaws.com') };
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html */
const notAssumed = (role: string, now: number): string =>
  JSON.stringify(
    {
      Code: 'AssumeRoleUnauthorizedAccess',
      Message: `EC2 cannot assume the role ${role}.  Please see documentation at https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html.`,
      LastUpdated: isoSeconds(now),
    },
    undefined,
    2,
  );

function tagPaths({ state }: Ec2Context, { id, metadataOptions }: InstanceRow): Record<string, string> {
  if (metadataOptions.instanceTags === 'disabled') return {};
  const tags = Object.entries(state.tags.get(id) ?? {});
  return Object.fromEntries(tags.map(([key, value]) => [`tags/instance/${key}`, value]));
}

function lifecyclePath({ parts }: Ec2Context, id: string): Record<string, string> {
  const state = parts.services.autoscaling.targetLifecycleState(id);
  return state === undefined ? {} : { 'autoscaling/target-lifecycle-state': state };
}

function identityDocument({ parts }: Ec2Context, row: InstanceRow): string {
  const document = {
    accountId: parts.account,
    architecture: row.architecture,
    availabilityZone: row.zone,
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: row.imageId,
    instanceId: row.id,
    instanceType: row.instanceType,
    kernelId: null,
    pendingTime: isoSeconds(row.launchedAt),
    privateIp: row.privateAddress,
    ramdiskId: null,
    region: parts.region,
    version: '2017-09-30',
  };
  return JSON.stringify(document, undefined, 2);
}

const isoSeconds = (time: number): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

/** Temporary credentials of the role in the instance's profile, which EC2 assumes for it. */
export async function credentialsOf(context: Ec2Context, id: string): Promise<RoleCredentials | undefined> {
  const row = context.state.instances.get(id);
  const role = row && roleOf(context, row);
  return role?.isTrusting ? context.parts.services.iam.roleCredentials(role.name, id) : undefined;
}

export function metadataOptionsOf({ state }: Ec2Context, id: string): MetadataOptions | undefined {
  const options = state.instances.get(id)?.metadataOptions;
  return options && { httpEndpoint: options.httpEndpoint, httpTokens: options.httpTokens };
}
