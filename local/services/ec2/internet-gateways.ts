import type {
  AttachInternetGatewayCommandInput,
  CreateInternetGatewayCommandInput,
  CreateInternetGatewayCommandOutput,
  DeleteInternetGatewayCommandInput,
  DescribeInternetGatewaysCommandInput,
  DescribeInternetGatewaysCommandOutput,
  DetachInternetGatewayCommandInput,
  InternetGateway,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { publicAddressOf } from './addresses.ts';
import { find, listed, type Ec2Context } from './context.ts';
import { hasDependencies } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { accept, page } from './requests.ts';
import type { InternetGatewayRow } from './state.ts';
import { addTags, requestedTags, tagsOf } from './tags.ts';

const filters: FilterTable<InternetGateway> = {
  'attachment.state': (gateway) => (gateway.Attachments ?? []).map(({ State }) => State),
  'attachment.vpc-id': (gateway) => (gateway.Attachments ?? []).map(({ VpcId }) => VpcId),
  'internet-gateway-id': (gateway) => gateway.InternetGatewayId,
  'owner-id': (gateway) => gateway.OwnerId,
};

export function internetGatewayOperations({ state, parts, network }: Ec2Context) {
  const shown = ({ id, vpcId }: InternetGatewayRow): InternetGateway => ({
    InternetGatewayId: id,
    OwnerId: parts.account,
    // 'available' is what AWS answers for an attached gateway; the SDK's enum lists only the others.
    Attachments: vpcId === undefined ? [] : [{ VpcId: vpcId, State: 'available' as 'attached' }],
    Tags: tagsOf(state, id),
  });

  const mappedAddress = (vpcId: string): boolean =>
    [...state.interfaces.values()].some(
      (row) => row.vpcId === vpcId && publicAddressOf(state, row) !== undefined,
    );

  return {
    CreateInternetGateway(
      input: CreateInternetGatewayCommandInput,
      call: Call,
    ): Answer<CreateInternetGatewayCommandOutput> {
      accept('CreateInternetGateway', input, ['TagSpecifications']);
      const tags = requestedTags(input.TagSpecifications, ['internet-gateway'], call);
      const gateway: InternetGatewayRow = { id: newId('igw') };
      state.internetGateways.set(gateway.id, gateway);
      addTags(state, gateway.id, tags['internet-gateway'] ?? {});
      return { InternetGateway: shown(gateway) };
    },

    DescribeInternetGateways(
      input: DescribeInternetGatewaysCommandInput,
    ): Answer<DescribeInternetGatewaysCommandOutput> {
      const rows = listed(state.internetGateways, 'internetGateway', input.InternetGatewayIds).map(shown);
      const { rows: cut, ...next } = page(select(rows, input.Filters, filters), input);
      return { InternetGateways: [...cut], ...next };
    },

    AttachInternetGateway(input: AttachInternetGatewayCommandInput) {
      const gateway = find(state.internetGateways, 'internetGateway', input.InternetGatewayId);
      const vpc = find(state.vpcs, 'vpc', input.VpcId);
      if (gateway.vpcId !== undefined)
        throw new AwsError(
          'Resource.AlreadyAssociated',
          `resource ${gateway.id} is already attached to network ${gateway.vpcId}`,
        );
      if ([...state.internetGateways.values()].some(({ vpcId }) => vpcId === vpc.id))
        throw new AwsError(
          'InvalidParameterValue',
          `Network ${vpc.id} already has an internet gateway attached`,
        );
      state.internetGateways.set(gateway.id, { ...gateway, vpcId: vpc.id });
      void network.changed();
      return {};
    },

    DetachInternetGateway(input: DetachInternetGatewayCommandInput) {
      const gateway = find(state.internetGateways, 'internetGateway', input.InternetGatewayId);
      const vpc = find(state.vpcs, 'vpc', input.VpcId);
      if (gateway.vpcId !== vpc.id)
        throw new AwsError(
          'Gateway.NotAttached',
          `resource ${gateway.id} is not attached to network ${vpc.id}`,
        );
      if (mappedAddress(vpc.id))
        throw new AwsError(
          'DependencyViolation',
          `Network ${vpc.id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
        );
      state.internetGateways.set(gateway.id, { id: gateway.id });
      void network.changed();
      return {};
    },

    DeleteInternetGateway(input: DeleteInternetGatewayCommandInput) {
      const gateway = find(state.internetGateways, 'internetGateway', input.InternetGatewayId);
      if (gateway.vpcId !== undefined) throw hasDependencies('internetGateway', gateway.id);
      state.internetGateways.delete(gateway.id);
      state.tags.delete(gateway.id);
      return {};
    },
  };
}
