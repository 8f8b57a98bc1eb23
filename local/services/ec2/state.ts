import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { Collection, Store } from '../../store.ts';

/** EC2's state: plain values, references by id. Times are milliseconds since 1970. */

export interface VpcRow {
  readonly id: string;
  readonly cidr: string;
  readonly tenancy: 'default';
  readonly enableDnsSupport: boolean;
  readonly enableDnsHostnames: boolean;
}

export interface SubnetRow {
  readonly id: string;
  readonly vpcId: string;
  readonly cidr: string;
  readonly zone: string;
  readonly mapPublicIpOnLaunch: boolean;
  /** The private address handed out last. */
  readonly lastAddress?: string;
}

export interface InternetGatewayRow {
  readonly id: string;
  readonly vpcId?: string;
}

export interface RouteRow {
  readonly destination: string;
  /** `local`, an internet gateway or a NAT gateway. */
  readonly target: string;
}

export interface RouteAssociationRow {
  readonly id: string;
  /** Absent for the VPC's main association. */
  readonly subnetId?: string;
}

export interface RouteTableRow {
  readonly id: string;
  readonly vpcId: string;
  readonly routes: readonly RouteRow[];
  readonly associations: readonly RouteAssociationRow[];
}

export interface NatGatewayRow {
  readonly id: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly interfaceId: string;
  readonly allocationId: string;
  /** The addresses stay readable after deletion, as on AWS. */
  readonly publicAddress: string;
  readonly privateAddress: string;
  readonly state: 'pending' | 'available' | 'deleting' | 'deleted';
  readonly createdAt: number;
  readonly deletedAt?: number;
}

export interface AddressRow {
  readonly id: string;
  readonly publicAddress: string;
  readonly associationId?: string;
  readonly interfaceId?: string;
}

export interface SecurityGroupRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly vpcId: string;
}

export interface SecurityGroupRuleRow {
  readonly id: string;
  readonly groupId: string;
  readonly isEgress: boolean;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or a protocol number. */
  readonly protocol: string;
  /** -1 where the protocol has no ports. */
  readonly fromPort: number;
  readonly toPort: number;
  readonly peer: { readonly cidrIpv4: string } | { readonly cidrIpv6: string } | { readonly groupId: string };
  readonly description?: string;
}

export interface NetworkAclRow {
  readonly id: string;
  readonly vpcId: string;
}

export interface InterfaceRow {
  readonly id: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly privateAddress: string;
  readonly groups: readonly string[];
  readonly description: string;
  readonly type: 'interface' | 'nat_gateway';
  /** The network host it belongs to: an instance, or a service's host. NAT gateways have none. */
  readonly hostId?: string;
  /** The service's cluster that its host is a node of. */
  readonly cluster?: string;
  readonly attachmentId?: string;
  readonly createdAt: number;
  /** Gets a public address of its own whenever it is up and no Elastic IP is associated. */
  readonly autoPublic: boolean;
  readonly publicAddress?: string;
}

export interface LaunchTemplateRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly defaultVersion: number;
  readonly latestVersion: number;
}

export interface LaunchTemplateVersionRow {
  readonly templateId: string;
  readonly version: number;
  readonly description?: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly data: RequestLaunchTemplateData;
}

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export interface MetadataOptionsRow {
  readonly httpTokens: 'required' | 'optional';
  readonly httpEndpoint: 'enabled' | 'disabled';
  readonly hopLimit: number;
  readonly instanceTags: 'enabled' | 'disabled';
}

export interface InstanceRow {
  readonly id: string;
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly clientToken?: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly zone: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly privateAddress: string;
  readonly interfaceId: string;
  readonly volumeId: string;
  readonly volumeStays: boolean;
  /** As sent, in base64. */
  readonly userData?: string;
  readonly profile?: ProfileRow;
  readonly metadataOptions: MetadataOptionsRow;
  readonly monitoring: boolean;
  readonly ebsOptimized: boolean;
  readonly shutdownBehavior: 'stop' | 'terminate';
  readonly disableApiTermination: boolean;
  readonly disableApiStop: boolean;
  readonly state: InstanceState;
  readonly stateReason?: { readonly code: string; readonly message: string };
  readonly transitionReason?: string;
  /** It has been running at least once, so it has a disk worth keeping. */
  readonly hasBooted: boolean;
  /** Running, but its machine has to be booted (again). */
  readonly needsBoot: boolean;
  /** Its machine ended by itself. */
  readonly isImpaired: boolean;
  readonly launchedAt: number;
  readonly terminatedAt?: number;
  /** Of the spot market; absent: on demand. */
  readonly spot?: SpotRow;
}

export interface SpotRow {
  readonly requestId: string;
  /** In US dollars an hour, as asked for; absent: the on-demand price. */
  readonly maxPrice?: string;
  /** When a rebalance was recommended. */
  readonly recommendedAt?: number;
  /** From when on the instance is told that it ends two minutes later; maybe yet to come. */
  readonly noticeAt?: number;
}

export interface ProfileRow {
  readonly associationId: string;
  readonly arn: string;
  readonly id: string;
  readonly associatedAt: number;
}

export interface VolumeRow {
  readonly id: string;
  readonly zone: string;
  readonly size: number;
  readonly type: string;
  readonly iops: number;
  readonly throughput: number;
  readonly encrypted: boolean;
  readonly instanceId?: string;
  /** What it was made from; Amazon's image has no snapshot that could be named. */
  readonly snapshotId?: string;
  /** Absent: it is there. `creating`: its disk is being copied from the snapshot. */
  readonly state?: 'creating' | 'error';
  readonly createdAt: number;
}

export interface SnapshotRow {
  readonly id: string;
  readonly description: string;
  readonly volumeId: string;
  readonly volumeSize: number;
  readonly encrypted: boolean;
  /** The disk that it is a copy of: an instance's, a volume's, another snapshot's. */
  readonly source: string;
  readonly state: 'pending' | 'completed' | 'error';
  readonly stateMessage?: string;
  /** Percent. */
  readonly progress: number;
  /** It is taken when the instance has been shut down, and before it boots again. */
  readonly awaitsReboot: boolean;
  readonly createdAt: number;
}

export interface ImageRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly architecture: 'x86_64' | 'arm64';
  readonly createdAt: number;
  readonly sourceInstanceId?: string;
  readonly sourceImageId?: string;
  readonly snapshotId: string;
  /** What a root volume gets where the launch says nothing else. */
  readonly disk: ImageDiskRow;
  /** Accounts that may launch it besides its owner; `all` is everybody. */
  readonly launchPermissions: readonly string[];
}

export interface ImageDiskRow {
  readonly size: number;
  readonly type: string;
  readonly iops: number;
  readonly throughput: number;
  readonly encrypted: boolean;
  readonly deleteOnTermination: boolean;
}

export interface ClientTokenRow {
  readonly fingerprint: string;
  readonly ids: readonly string[];
  readonly at: number;
}

export interface Ec2State {
  readonly vpcs: Collection<VpcRow>;
  readonly subnets: Collection<SubnetRow>;
  readonly internetGateways: Collection<InternetGatewayRow>;
  readonly routeTables: Collection<RouteTableRow>;
  readonly natGateways: Collection<NatGatewayRow>;
  readonly addresses: Collection<AddressRow>;
  readonly securityGroups: Collection<SecurityGroupRow>;
  readonly securityGroupRules: Collection<SecurityGroupRuleRow>;
  readonly networkAcls: Collection<NetworkAclRow>;
  readonly interfaces: Collection<InterfaceRow>;
  readonly launchTemplates: Collection<LaunchTemplateRow>;
  readonly launchTemplateVersions: Collection<LaunchTemplateVersionRow>;
  readonly instances: Collection<InstanceRow>;
  readonly volumes: Collection<VolumeRow>;
  readonly snapshots: Collection<SnapshotRow>;
  readonly images: Collection<ImageRow>;
  /** Tags by resource id. */
  readonly tags: Collection<Readonly<Record<string, string>>>;
  readonly clientTokens: Collection<ClientTokenRow>;
  /** `public-address`: the public address handed out last. */
  readonly pointers: Collection<string>;
}

export function openState(store: Store): Ec2State {
  return {
    vpcs: store.collection('ec2.vpcs'),
    subnets: store.collection('ec2.subnets'),
    internetGateways: store.collection('ec2.internet-gateways'),
    routeTables: store.collection('ec2.route-tables'),
    natGateways: store.collection('ec2.nat-gateways'),
    addresses: store.collection('ec2.addresses'),
    securityGroups: store.collection('ec2.security-groups'),
    securityGroupRules: store.collection('ec2.security-group-rules'),
    networkAcls: store.collection('ec2.network-acls'),
    interfaces: store.collection('ec2.interfaces'),
    launchTemplates: store.collection('ec2.launch-templates'),
    launchTemplateVersions: store.collection('ec2.launch-template-versions'),
    instances: store.collection('ec2.instances'),
    volumes: store.collection('ec2.volumes'),
    snapshots: store.collection('ec2.snapshots'),
    images: store.collection('ec2.images'),
    tags: store.collection('ec2.tags'),
    clientTokens: store.collection('ec2.client-tokens'),
    pointers: store.collection('ec2.pointers'),
  };
}
