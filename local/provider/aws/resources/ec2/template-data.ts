import type {
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
  ResourceType,
  VolumeType,
} from '@aws-sdk/client-ec2';
import type { Properties } from '../../../protocol/values.ts';
import { boolean, list, map, number, object, set, string, type Inputs } from '../../../resource/schema.ts';
import { toTags } from '../../tags.ts';

/** Booleans that AWS leaves open unless they are given, written as strings as the AWS provider does. */
const open = () => string({ values: ['true', 'false'] });
const computed = { computed: true };

/** The part of a launch template that its versions hold. */
export const dataInputs = {
  imageId: string(),
  instanceType: string(),
  keyName: string(),
  userData: string(),
  iamInstanceProfile: object({ arn: string(), name: string() }),
  vpcSecurityGroupIds: set(string()),
  networkInterfaces: list(
    object({
      associatePublicIpAddress: open(),
      deleteOnTermination: open(),
      description: string(),
      deviceIndex: number(),
      networkInterfaceId: string(),
      privateIpAddress: string(),
      securityGroups: set(string()),
      subnetId: string(),
    }),
  ),
  metadataOptions: object(
    {
      httpEndpoint: string(computed),
      httpProtocolIpv6: string(computed),
      httpPutResponseHopLimit: number(computed),
      httpTokens: string(computed),
      instanceMetadataTags: string(computed),
    },
    computed,
  ),
  blockDeviceMappings: list(
    object({
      deviceName: string(),
      noDevice: string(),
      virtualName: string(),
      ebs: object({
        deleteOnTermination: open(),
        encrypted: open(),
        iops: number(computed),
        kmsKeyId: string(),
        snapshotId: string(),
        throughput: number(computed),
        volumeSize: number(computed),
        volumeType: string(computed),
      }),
    }),
  ),
  tagSpecifications: list(object({ resourceType: string(), tags: map() })),
  monitoring: object({ enabled: boolean() }),
  creditSpecification: object({ cpuCredits: string() }),
  placement: object({ availabilityZone: string(), tenancy: string(), groupName: string() }),
  ebsOptimized: open(),
  disableApiTermination: boolean(),
  disableApiStop: boolean(),
  instanceInitiatedShutdownBehavior: string(),
};
type Data = Inputs<typeof dataInputs>;

const truth = (value: string | undefined): boolean | undefined => (value ? value === 'true' : undefined);
const spelled = (value: boolean | undefined): string | undefined =>
  value === undefined ? undefined : String(value);
const some = <T>(items: readonly T[] | undefined): T[] | undefined =>
  items?.length ? [...items] : undefined;

export function toData(data: Data): RequestLaunchTemplateData {
  const { iamInstanceProfile: profile, metadataOptions: metadata } = data;
  return {
    ImageId: data.imageId,
    InstanceType: data.instanceType as 't3.micro' | undefined,
    KeyName: data.keyName,
    UserData: data.userData,
    IamInstanceProfile: profile && { Arn: profile.arn, Name: profile.name },
    SecurityGroupIds: some(data.vpcSecurityGroupIds),
    NetworkInterfaces: some(data.networkInterfaces)?.map((item) => ({
      AssociatePublicIpAddress: truth(item.associatePublicIpAddress),
      DeleteOnTermination: truth(item.deleteOnTermination),
      Description: item.description,
      DeviceIndex: item.deviceIndex ?? 0,
      NetworkInterfaceId: item.networkInterfaceId,
      PrivateIpAddress: item.privateIpAddress,
      Groups: some(item.securityGroups),
      SubnetId: item.subnetId,
    })),
    MetadataOptions: metadata && {
      HttpEndpoint: metadata.httpEndpoint as 'enabled' | undefined,
      HttpProtocolIpv6: metadata.httpProtocolIpv6 as 'enabled' | undefined,
      HttpPutResponseHopLimit: metadata.httpPutResponseHopLimit,
      HttpTokens: metadata.httpTokens as 'required' | undefined,
      InstanceMetadataTags: metadata.instanceMetadataTags as 'enabled' | undefined,
    },
    BlockDeviceMappings: some(data.blockDeviceMappings)?.map((item) => ({
      DeviceName: item.deviceName,
      NoDevice: item.noDevice,
      VirtualName: item.virtualName,
      Ebs: item.ebs && {
        DeleteOnTermination: truth(item.ebs.deleteOnTermination),
        Encrypted: truth(item.ebs.encrypted),
        Iops: item.ebs.iops,
        KmsKeyId: item.ebs.kmsKeyId,
        SnapshotId: item.ebs.snapshotId,
        Throughput: item.ebs.throughput,
        VolumeSize: item.ebs.volumeSize,
        VolumeType: item.ebs.volumeType as VolumeType | undefined,
      },
    })),
    TagSpecifications: some(data.tagSpecifications)?.map((item) => ({
      ResourceType: item.resourceType as ResourceType,
      Tags: toTags(item.tags),
    })),
    Monitoring: data.monitoring && { Enabled: data.monitoring.enabled },
    CreditSpecification: data.creditSpecification && { CpuCredits: data.creditSpecification.cpuCredits },
    Placement: data.placement && {
      AvailabilityZone: data.placement.availabilityZone,
      Tenancy: data.placement.tenancy as 'default' | undefined,
      GroupName: data.placement.groupName,
    },
    EbsOptimized: truth(data.ebsOptimized),
    DisableApiTermination: data.disableApiTermination,
    DisableApiStop: data.disableApiStop,
    InstanceInitiatedShutdownBehavior: data.instanceInitiatedShutdownBehavior as 'stop' | undefined,
  };
}

export function fromData(data: ResponseLaunchTemplateData): Properties {
  const { IamInstanceProfile: profile, MetadataOptions: metadata } = data;
  return {
    imageId: data.ImageId,
    instanceType: data.InstanceType,
    keyName: data.KeyName,
    userData: data.UserData,
    iamInstanceProfile: profile && { arn: profile.Arn, name: profile.Name },
    vpcSecurityGroupIds: data.SecurityGroupIds ?? [],
    networkInterfaces: data.NetworkInterfaces?.map((item) => ({
      associatePublicIpAddress: spelled(item.AssociatePublicIpAddress),
      deleteOnTermination: spelled(item.DeleteOnTermination),
      description: item.Description,
      deviceIndex: item.DeviceIndex === 0 ? undefined : item.DeviceIndex,
      networkInterfaceId: item.NetworkInterfaceId,
      privateIpAddress: item.PrivateIpAddress,
      securityGroups: item.Groups,
      subnetId: item.SubnetId,
    })),
    metadataOptions: metadata && {
      httpEndpoint: metadata.HttpEndpoint,
      httpProtocolIpv6: metadata.HttpProtocolIpv6,
      httpPutResponseHopLimit: metadata.HttpPutResponseHopLimit,
      httpTokens: metadata.HttpTokens,
      instanceMetadataTags: metadata.InstanceMetadataTags,
    },
    blockDeviceMappings: data.BlockDeviceMappings?.map((item) => ({
      deviceName: item.DeviceName,
      noDevice: item.NoDevice,
      virtualName: item.VirtualName,
      ebs: item.Ebs && {
        deleteOnTermination: spelled(item.Ebs.DeleteOnTermination),
        encrypted: spelled(item.Ebs.Encrypted),
        iops: item.Ebs.Iops,
        kmsKeyId: item.Ebs.KmsKeyId,
        snapshotId: item.Ebs.SnapshotId,
        throughput: item.Ebs.Throughput,
        volumeSize: item.Ebs.VolumeSize,
        volumeType: item.Ebs.VolumeType,
      },
    })),
    tagSpecifications: data.TagSpecifications?.map((item) => ({
      resourceType: item.ResourceType,
      tags: Object.fromEntries((item.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    })),
    monitoring: data.Monitoring && { enabled: data.Monitoring.Enabled },
    creditSpecification: data.CreditSpecification && { cpuCredits: data.CreditSpecification.CpuCredits },
    placement: data.Placement && {
      availabilityZone: data.Placement.AvailabilityZone,
      tenancy: data.Placement.Tenancy,
      groupName: data.Placement.GroupName,
    },
    ebsOptimized: spelled(data.EbsOptimized),
    disableApiTermination: data.DisableApiTermination,
    disableApiStop: data.DisableApiStop,
    instanceInitiatedShutdownBehavior: data.InstanceInitiatedShutdownBehavior,
  };
}
