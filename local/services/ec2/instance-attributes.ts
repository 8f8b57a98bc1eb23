import type {
  DescribeInstanceAttributeCommandInput,
  DescribeInstanceAttributeCommandOutput,
  ModifyInstanceAttributeCommandInput,
  ModifyInstanceMetadataOptionsCommandInput,
  ModifyInstanceMetadataOptionsCommandOutput,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { find, type Ec2Context } from './context.ts';
import { invalidValue, unsupported } from './errors.ts';
import { rootDevice } from './base-image.ts';
import { shownInstance, shownMetadataOptions } from './instance-shape.ts';
import { instanceType } from './instance-types.ts';
import { checkGroups } from './interfaces.ts';
import { checkMetadataTags } from './launch.ts';
import { groupIdentifiers } from './network-interfaces.ts';
import { accept } from './requests.ts';
import type { InstanceRow, MetadataOptionsRow } from './state.ts';

type Described = Answer<DescribeInstanceAttributeCommandOutput>;

export function instanceAttributeOperations(context: Ec2Context) {
  const { state, network } = context;

  const readers: Readonly<Record<string, (row: InstanceRow) => Described>> = {
    blockDeviceMapping: (row) => ({ BlockDeviceMappings: shownInstance(context, row).BlockDeviceMappings }),
    disableApiStop: (row) => ({ DisableApiStop: { Value: row.disableApiStop } }),
    disableApiTermination: (row) => ({ DisableApiTermination: { Value: row.disableApiTermination } }),
    ebsOptimized: (row) => ({ EbsOptimized: { Value: row.ebsOptimized } }),
    enaSupport: () => ({ EnaSupport: { Value: true } }),
    groupSet: (row) => ({
      Groups: groupIdentifiers(state, state.interfaces.get(row.interfaceId)?.groups ?? []),
    }),
    instanceInitiatedShutdownBehavior: (row) => ({
      InstanceInitiatedShutdownBehavior: { Value: row.shutdownBehavior },
    }),
    instanceType: (row) => ({ InstanceType: { Value: row.instanceType } }),
    rootDeviceName: () => ({ RootDeviceName: { Value: rootDevice } }),
    sourceDestCheck: () => ({ SourceDestCheck: { Value: true } }),
    userData: (row) => ({ UserData: row.userData === undefined ? {} : { Value: row.userData } }),
  };

  const setGroups = (row: InstanceRow, groups: readonly string[]): void => {
    const nic = find(state.interfaces, 'networkInterface', row.interfaceId);
    checkGroups(state, find(state.subnets, 'subnet', row.subnetId), groups);
    state.interfaces.set(nic.id, { ...nic, groups });
    void network.changed();
  };

  return {
    DescribeInstanceAttribute(input: DescribeInstanceAttributeCommandInput): Described {
      const row = find(state.instances, 'instance', input.InstanceId);
      const read = readers[input.Attribute ?? ''];
      if (!read) throw unsupported(`DescribeInstanceAttribute: ${input.Attribute ?? '(no attribute)'}`);
      return { InstanceId: row.id, ...read(row) };
    },

    ModifyInstanceAttribute(input: ModifyInstanceAttributeCommandInput) {
      accept('ModifyInstanceAttribute', input, [
        ...['InstanceId', 'DisableApiTermination', 'DisableApiStop', 'InstanceInitiatedShutdownBehavior'],
        ...['Groups', 'InstanceType', 'UserData', 'Attribute', 'Value'],
      ]);
      const row = find(state.instances, 'instance', input.InstanceId);
      const changes = changedAttributes(input);
      if ((changes.instanceType !== undefined || changes.userData !== undefined) && row.state !== 'stopped')
        throw new AwsError(
          'IncorrectInstanceState',
          `The instance '${row.id}' is not in the 'stopped' state, in which alone this attribute can be modified.`,
        );
      if (input.Groups) setGroups(row, input.Groups);
      state.instances.set(row.id, { ...row, ...changes });
      return {};
    },

    ModifyInstanceMetadataOptions(
      input: ModifyInstanceMetadataOptionsCommandInput,
    ): Answer<ModifyInstanceMetadataOptionsCommandOutput> {
      accept('ModifyInstanceMetadataOptions', input, [
        ...['InstanceId', 'HttpTokens', 'HttpEndpoint', 'HttpPutResponseHopLimit', 'InstanceMetadataTags'],
      ]);
      const row = find(state.instances, 'instance', input.InstanceId);
      const hopLimit = input.HttpPutResponseHopLimit ?? row.metadataOptions.hopLimit;
      if (hopLimit < 1 || hopLimit > 64)
        throw invalidValue(
          `Value (${hopLimit}) for parameter HttpPutResponseHopLimit is invalid. It must be from 1 to 64.`,
        );
      const metadataOptions: MetadataOptionsRow = {
        httpTokens: input.HttpTokens ?? row.metadataOptions.httpTokens,
        httpEndpoint: input.HttpEndpoint ?? row.metadataOptions.httpEndpoint,
        instanceTags: input.InstanceMetadataTags ?? row.metadataOptions.instanceTags,
        hopLimit,
      };
      checkMetadataTags(metadataOptions, state.tags.get(row.id) ?? {});
      state.instances.set(row.id, { ...row, metadataOptions });
      void network.changed();
      return { InstanceId: row.id, InstanceMetadataOptions: shownMetadataOptions(metadataOptions) };
    },
  };
}

function changedAttributes(input: ModifyInstanceAttributeCommandInput): Partial<InstanceRow> {
  if (input.Attribute !== undefined) throw unsupported('ModifyInstanceAttribute by Attribute and Value');
  const { InstanceInitiatedShutdownBehavior: behavior, InstanceType: type, UserData: userData } = input;
  if (behavior?.Value !== undefined && behavior.Value !== 'stop' && behavior.Value !== 'terminate')
    throw invalidValue(
      `Value (${behavior.Value}) for parameter instanceInitiatedShutdownBehavior is invalid.`,
    );
  return {
    ...(input.DisableApiTermination && { disableApiTermination: input.DisableApiTermination.Value ?? false }),
    ...(input.DisableApiStop && { disableApiStop: input.DisableApiStop.Value ?? false }),
    ...(behavior?.Value !== undefined && { shutdownBehavior: behavior.Value }),
    ...(type?.Value !== undefined && { instanceType: instanceType(type.Value).name }),
    ...(userData?.Value && { userData: Buffer.from(userData.Value).toString('base64') }),
  };
}
