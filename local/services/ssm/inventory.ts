import type {
  DescribeInstanceInformationCommandInput,
  DescribeInstanceInformationCommandOutput,
  InstanceInformation,
} from '@aws-sdk/client-ssm';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { page } from '../page.ts';
import { invalidNextToken } from './errors.ts';
import type { Node, Nodes } from './nodes.ts';
import { checkSize } from './parameters.ts';

/** DescribeInstanceInformation: which instances Systems Manager can reach. */
export function inventoryOperations(nodes: Nodes) {
  return {
    async DescribeInstanceInformation(
      input: DescribeInstanceInformationCommandInput,
    ): Promise<Answer<DescribeInstanceInformationCommandOutput>> {
      const filters = [
        ...(input.Filters ?? []).map(({ Key, Values }) => ({ key: Key ?? '', values: Values ?? [] })),
        ...(input.InstanceInformationFilterList ?? []).map(({ key, valueSet }) => ({
          key: key ?? '',
          values: valueSet ?? [],
        })),
      ];
      const all = (await nodes.list()).filter((node) =>
        filters.every(({ key, values }) => values.some((value) => passes(node, key, value))),
      );
      const { items, nextToken } = page(
        all,
        checkSize(input.MaxResults, 50),
        input.NextToken,
        invalidNextToken,
      );
      return { InstanceInformationList: items.map(view), ...(nextToken && { NextToken: nextToken }) };
    },
  };
}

function passes(node: Node, key: string, value: string): boolean {
  if (key.startsWith('tag:')) {
    return (
      node.instance.Tags?.some((tag) => tag.Key === key.slice('tag:'.length) && tag.Value === value) ?? false
    );
  }
  const { InstanceId, PingStatus, PlatformType, ResourceType } = view(node);
  const actual: Record<string, string | undefined> = {
    InstanceIds: InstanceId,
    PingStatus,
    PlatformTypes: PlatformType,
    ResourceType,
  };
  if (!(key in actual))
    throw new AwsError(
      'InvalidInstanceInformationFilterValue',
      `The specified filter value isn't valid: ${key}.`,
    );
  return actual[key] === value;
}

const view = ({ instanceId, instance, online, registered, lastPing }: Node): InstanceInformation => ({
  InstanceId: instanceId,
  PingStatus: online ? 'Online' : 'ConnectionLost',
  LastPingDateTime: new Date(lastPing),
  PlatformType: 'Linux',
  ResourceType: 'EC2Instance',
  RegistrationDate: new Date(registered),
  ...(instance.PrivateIpAddress && { IPAddress: instance.PrivateIpAddress }),
  ...(instance.PrivateDnsName && { ComputerName: instance.PrivateDnsName }),
});
