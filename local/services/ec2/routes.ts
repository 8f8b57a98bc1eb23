import type {
  CreateRouteCommandInput,
  CreateRouteCommandOutput,
  DeleteRouteCommandInput,
  ReplaceRouteCommandInput,
  Route,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer } from '../../endpoint/service.ts';
import { parseCidr } from './cidr.ts';
import { find, type Ec2Context } from './context.ts';
import { invalidValue, missing, natGatewayNotFound, unsupported } from './errors.ts';
import { accept } from './requests.ts';
import type { Ec2State, RouteRow, RouteTableRow } from './state.ts';

/** A route as the API shows it; a target that is gone or detached makes it a black hole. */
export function shownRoute(state: Ec2State, table: RouteTableRow, { destination, target }: RouteRow): Route {
  const isNat = target.startsWith('nat-');
  return {
    DestinationCidrBlock: destination,
    ...(isNat ? { NatGatewayId: target } : { GatewayId: target }),
    Origin: target === 'local' ? 'CreateRouteTable' : 'CreateRoute',
    State: leadsSomewhere(state, table, target) ? 'active' : 'blackhole',
  };
}

function leadsSomewhere(state: Ec2State, { vpcId }: RouteTableRow, target: string): boolean {
  if (target === 'local') return true;
  const nat = state.natGateways.get(target);
  if (nat) return nat.state === 'available' || nat.state === 'pending';
  return state.internetGateways.get(target)?.vpcId === vpcId;
}

const members = ['RouteTableId', 'DestinationCidrBlock', 'GatewayId', 'NatGatewayId'];

export function routeOperations({ state, network }: Ec2Context) {
  const put = (table: RouteTableRow, routes: readonly RouteRow[]): void => {
    state.routeTables.set(table.id, { ...table, routes });
    void network.changed();
  };

  return {
    CreateRoute(input: CreateRouteCommandInput): Answer<CreateRouteCommandOutput> {
      accept('CreateRoute', input, members);
      const table = find(state.routeTables, 'routeTable', input.RouteTableId);
      const route = checkedRoute(state, table, input);
      const known = table.routes.find(({ destination }) => destination === route.destination);
      if (known?.target === route.target) return { Return: true };
      if (known)
        throw new AwsError(
          'RouteAlreadyExists',
          `The route identified by ${route.destination} already exists.`,
        );
      put(table, [...table.routes, route]);
      return { Return: true };
    },

    ReplaceRoute(input: ReplaceRouteCommandInput) {
      accept('ReplaceRoute', input, members);
      const table = find(state.routeTables, 'routeTable', input.RouteTableId);
      const route = checkedRoute(state, table, input);
      if (!table.routes.some(({ destination }) => destination === route.destination))
        throw invalidValue(
          `There is no route defined for '${route.destination}' in the route table. Use CreateRoute instead.`,
        );
      put(
        table,
        table.routes.map((known) => (known.destination === route.destination ? route : known)),
      );
      return {};
    },

    DeleteRoute(input: DeleteRouteCommandInput) {
      accept('DeleteRoute', input, ['RouteTableId', 'DestinationCidrBlock']);
      const table = find(state.routeTables, 'routeTable', input.RouteTableId);
      const destination = input.DestinationCidrBlock ?? '';
      const known = table.routes.find((route) => route.destination === destination);
      if (!known)
        throw new AwsError(
          'InvalidRoute.NotFound',
          `no route with destination-cidr-block ${destination} in route table ${table.id}`,
        );
      if (known.target === 'local')
        throw invalidValue(`cannot remove local route ${destination} in route table ${table.id}`);
      put(
        table,
        table.routes.filter((route) => route !== known),
      );
      return {};
    },
  };
}

/** The network plane knows one route besides the local one: the default route. */
function checkedRoute(state: Ec2State, table: RouteTableRow, input: CreateRouteCommandInput): RouteRow {
  if (input.DestinationCidrBlock === undefined) throw missing('destinationCidrBlock');
  const destination = parseCidr(input.DestinationCidrBlock)?.text;
  if (destination === undefined)
    throw invalidValue(
      `Value (${input.DestinationCidrBlock}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`,
    );
  if (destination !== '0.0.0.0/0') throw unsupported(`A route to ${destination}: only 0.0.0.0/0`);
  return { destination, target: checkedTarget(state, table, input) };
}

function checkedTarget(state: Ec2State, table: RouteTableRow, input: CreateRouteCommandInput): string {
  if (input.NatGatewayId !== undefined) {
    const nat = state.natGateways.get(input.NatGatewayId);
    if (!nat || nat.state === 'deleted') throw natGatewayNotFound(input.NatGatewayId);
    if (nat.vpcId !== table.vpcId)
      throw invalidValue(`route table ${table.id} and NAT gateway ${nat.id} belong to different networks`);
    return nat.id;
  }
  if (input.GatewayId === undefined) throw missing('gatewayId');
  const gateway = find(state.internetGateways, 'internetGateway', input.GatewayId);
  if (gateway.vpcId !== table.vpcId)
    throw invalidValue(
      `route table ${table.id} and network gateway ${gateway.id} belong to different networks`,
    );
  return gateway.id;
}
