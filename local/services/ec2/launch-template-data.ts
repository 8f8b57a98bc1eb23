import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2';
import { AwsError, type Call } from '../../endpoint/service.ts';
import { invalidValue, missing, unsupported } from './errors.ts';
import { rootDevice } from './base-image.ts';
import { accept } from './requests.ts';
import { checkedTags } from './tags.ts';

const taggedByLaunch = ['instance', 'volume', 'network-interface'];

/** What a launch may say, inline or by a template. */
export const launchMembers = [
  ...[
    'ImageId',
    'InstanceType',
    'KeyName',
    'UserData',
    'IamInstanceProfile',
    'SecurityGroupIds',
    'NetworkInterfaces',
  ],
  ...[
    'BlockDeviceMappings',
    'MetadataOptions',
    'Monitoring',
    'Placement',
    'TagSpecifications',
    'CreditSpecification',
  ],
  ...['EbsOptimized', 'DisableApiTermination', 'DisableApiStop', 'InstanceInitiatedShutdownBehavior'],
  'InstanceMarketOptions',
];

/** What of a launch (inline or by template) has something behind it here; the rest is refused by name. */
export function checkedTemplateData(
  data: RequestLaunchTemplateData | undefined,
  call: Call,
): RequestLaunchTemplateData {
  if (data === undefined) throw missing('LaunchTemplateData');
  accept('LaunchTemplateData', data, launchMembers);
  checkUserData(data.UserData);
  checkInterfaces(data);
  checkDisk(data.BlockDeviceMappings);
  checkPlacement(data.Placement);
  checkMetadataOptions(data.MetadataOptions);
  for (const { ResourceType: type, Tags: tags } of data.TagSpecifications ?? []) {
    if (!type || !taggedByLaunch.includes(type))
      throw invalidValue(`'${type ?? ''}' is not a valid taggable resource type for this operation.`);
    checkedTags(tags, call);
  }
  return present(data);
}

/** A plain copy without members that say nothing, as it is stored and shown again. */
function present(data: RequestLaunchTemplateData): RequestLaunchTemplateData {
  return JSON.parse(JSON.stringify(data)) as RequestLaunchTemplateData;
}

const mostUserData = 16 * 1024;

function checkUserData(text: string | undefined): void {
  if (text === undefined) return;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text))
    throw new AwsError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  if (Buffer.from(text, 'base64').length > mostUserData)
    throw new AwsError('InvalidParameterValue', 'User data is limited to 16384 bytes');
}

function checkInterfaces({
  NetworkInterfaces: interfaces,
  SecurityGroupIds: groups,
}: RequestLaunchTemplateData): void {
  if (!interfaces?.length) return;
  if (groups?.length)
    throw new AwsError(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level security groups may not be specified on the same request',
    );
  const [first, ...more] = interfaces;
  if (more.length || (first?.DeviceIndex ?? 0) !== 0)
    throw unsupported('A second network interface of an instance');
  accept('NetworkInterfaces', first ?? {}, [
    ...['AssociatePublicIpAddress', 'DeleteOnTermination', 'Description', 'DeviceIndex', 'Groups'],
    ...['SubnetId', 'PrivateIpAddress', 'NetworkCardIndex', 'InterfaceType'],
  ]);
  if ((first?.InterfaceType ?? 'interface') !== 'interface')
    throw unsupported(`NetworkInterfaces: InterfaceType ${first?.InterfaceType ?? ''}`);
}

function checkDisk(mappings: RequestLaunchTemplateData['BlockDeviceMappings']): void {
  for (const mapping of mappings ?? []) {
    if (mapping.DeviceName !== rootDevice)
      throw unsupported(
        `A disk besides the root device ${rootDevice}: ${mapping.DeviceName ?? '(no device name)'}`,
      );
    accept('BlockDeviceMappings', mapping, ['DeviceName', 'Ebs']);
    accept('Ebs', mapping.Ebs ?? {}, [
      ...['DeleteOnTermination', 'Encrypted', 'VolumeSize', 'VolumeType', 'Iops', 'Throughput'],
    ]);
  }
}

function checkPlacement(placement: RequestLaunchTemplateData['Placement']): void {
  accept('Placement', placement ?? {}, ['AvailabilityZone', 'Tenancy', 'GroupName']);
  if (placement?.GroupName) throw unsupported('Placement: GroupName');
  if ((placement?.Tenancy ?? 'default') !== 'default')
    throw unsupported(`Placement: Tenancy ${placement?.Tenancy ?? ''}`);
}

function checkMetadataOptions(options: RequestLaunchTemplateData['MetadataOptions']): void {
  accept('MetadataOptions', options ?? {}, [
    ...['HttpTokens', 'HttpEndpoint', 'HttpPutResponseHopLimit', 'InstanceMetadataTags', 'HttpProtocolIpv6'],
  ]);
  if ((options?.HttpProtocolIpv6 ?? 'disabled') !== 'disabled')
    throw unsupported('MetadataOptions: HttpProtocolIpv6');
  const hops = options?.HttpPutResponseHopLimit;
  if (hops !== undefined && (hops < 1 || hops > 64))
    throw invalidValue(
      `Value (${hops}) for parameter HttpPutResponseHopLimit is invalid. It must be from 1 to 64.`,
    );
}
