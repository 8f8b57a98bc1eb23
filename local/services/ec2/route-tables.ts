import type {
  AssociateRouteTableCommandInput,
  AssociateRouteTableCommandOutput,
  CreateRouteTableCommandInput,
  CreateRouteTableCommandOutput,
  DeleteRouteTableCommandInput,
  DescribeRouteTablesCommandInput,
  DescribeRouteTablesCommandOutput,
  DisassociateRouteTableCommandInput,
  ReplaceRouteTableAssociationCommandInput,
  ReplaceRouteTableAssociationCommandOutput,
  RouteTable,
} from '@aws-sdk/client-ec2';
import { AwsError, type Answer, type Call } from '../../endpoint/service.ts';
import { find, listed, type Ec2Context } from './context.ts';
import { associationNotFound, hasDependencies, invalidValue } from './errors.ts';
import { select, type FilterTable } from './filters.ts';
import { newId } from './ids.ts';
import { accept, once, page } from './requests.ts';
import { shownRoute } from './routes.ts';
import type { Ec2State, RouteAssociationRow, RouteTableRow } from './state.ts';
import { addTags, requestedTags, tagsOf } from './tags.ts';

const filters: FilterTable<RouteTable> = {
  'association.main': (table) => table.Associations?.some(({ Main }) => Main) ?? false,
  'association.route-table-association-id': (table) =>
    (table.Associations ?? []).map(({ RouteTableAssociationId: id }) => id),
  'association.route-table-id': (table) => (table.Associations ?? []).map(({ RouteTableId: id }) => id),
  'association.subnet-id': (table) => (table.Associations ?? []).map(({ SubnetId: id }) => id),
  'owner-id': (table) => table.OwnerId,
  'route-table-id': (table) => table.RouteTableId,
  'route.destination-cidr-block': (table) => (table.Routes ?? []).map((route) => route.DestinationCidrBlock),
  'route.gateway-id': (table) => (table.Routes ?? []).map((route) => route.GatewayId),
  'route.nat-gateway-id': (table) => (table.Routes ?? []).map((route) => route.NatGatewayId),
  'route.origin': (table) => (table.Routes ?? []).map((route) => route.Origin),
  'route.state': (table) => (table.Routes ?? []).map((route) => route.State),
  'vpc-id': (table) => table.VpcId,
};

const isMain = ({ subnetId }: RouteAssociationRow): boolean => subnetId === undefined;

/** The table a subnet uses: its own, or the VPC's main one. */
export function routeTableOf(state: Ec2State, subnetId: string): RouteTableRow | undefined {
  const own = [...state.routeTables.values()].find((table) =>
    table.associations.some((row) => row.subnetId === subnetId),
  );
  const vpcId = state.subnets.get(subnetId)?.vpcId;
  return (
    own ??
    [...state.routeTables.values()].find((table) => table.vpcId === vpcId && table.associations.some(isMain))
  );
}

export const withoutSubnet = (table: RouteTableRow, subnetId: string): RouteTableRow => ({
  ...table,
  associations: table.associations.filter((row) => row.subnetId !== subnetId),
});

export function routeTableOperations(context: Ec2Context) {
  const { state, parts, network } = context;

  const shown = (table: RouteTableRow): RouteTable => ({
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId: parts.account,
    Routes: table.routes.map((route) => shownRoute(state, table, route)),
    Associations: table.associations.map((row) => ({
      RouteTableAssociationId: row.id,
      RouteTableId: table.id,
      ...(row.subnetId !== undefined && { SubnetId: row.subnetId }),
      Main: isMain(row),
      AssociationState: { State: 'associated' },
    })),
    PropagatingVgws: [],
    Tags: tagsOf(state, table.id),
  });

  const associated = (id: string | undefined): { table: RouteTableRow; row: RouteAssociationRow } => {
    for (const table of state.routeTables.values()) {
      const row = table.associations.find((association) => association.id === id);
      if (row) return { table, row };
    }
    throw associationNotFound(id ?? '');
  };

  const add = (table: RouteTableRow, row: RouteAssociationRow): void => {
    state.routeTables.set(table.id, { ...table, associations: [...table.associations, row] });
    void network.changed();
  };

  const remove = (table: RouteTableRow, id: string): void => {
    state.routeTables.set(table.id, {
      ...table,
      associations: table.associations.filter((row) => row.id !== id),
    });
    void network.changed();
  };

  return {
    async CreateRouteTable(
      input: CreateRouteTableCommandInput,
      call: Call,
    ): Promise<Answer<CreateRouteTableCommandOutput>> {
      accept('CreateRouteTable', input, ['VpcId', 'TagSpecifications', 'ClientToken']);
      const vpc = find(state.vpcs, 'vpc', input.VpcId);
      const tags = requestedTags(input.TagSpecifications, ['route-table'], call);
      const [id = ''] = await once(context, 'CreateRouteTable', input, () => {
        const table = newId('rtb');
        const routes = [{ destination: vpc.cidr, target: 'local' }];
        state.routeTables.set(table, { id: table, vpcId: vpc.id, routes, associations: [] });
        addTags(state, table, tags['route-table'] ?? {});
        return [table];
      });
      return {
        RouteTable: shown(find(state.routeTables, 'routeTable', id)),
        ...(input.ClientToken !== undefined && { ClientToken: input.ClientToken }),
      };
    },

    DescribeRouteTables(input: DescribeRouteTablesCommandInput): Answer<DescribeRouteTablesCommandOutput> {
      const rows = listed(state.routeTables, 'routeTable', input.RouteTableIds).map(shown);
      const { rows: cut, ...next } = page(select(rows, input.Filters, filters), input, [5, 100]);
      return { RouteTables: [...cut], ...next };
    },

    DeleteRouteTable(input: DeleteRouteTableCommandInput) {
      const table = find(state.routeTables, 'routeTable', input.RouteTableId);
      if (table.associations.length) throw hasDependencies('routeTable', table.id);
      state.routeTables.delete(table.id);
      state.tags.delete(table.id);
      return {};
    },

    AssociateRouteTable(input: AssociateRouteTableCommandInput): Answer<AssociateRouteTableCommandOutput> {
      accept('AssociateRouteTable', input, ['RouteTableId', 'SubnetId']);
      const table = find(state.routeTables, 'routeTable', input.RouteTableId);
      const subnet = find(state.subnets, 'subnet', input.SubnetId);
      if (subnet.vpcId !== table.vpcId)
        throw invalidValue(`Route table ${table.id} and subnet ${subnet.id} belong to different networks`);
      const answer = (id: string) => ({
        AssociationId: id,
        AssociationState: { State: 'associated' as const },
      });
      const same = table.associations.find((row) => row.subnetId === subnet.id);
      if (same) return answer(same.id);
      for (const other of state.routeTables.values()) {
        const found = other.associations.find((row) => row.subnetId === subnet.id);
        if (found)
          throw new AwsError(
            'Resource.AlreadyAssociated',
            `the specified association for route table ${table.id} conflicts with an existing association`,
          );
      }
      const row = { id: newId('rtbassoc'), subnetId: subnet.id };
      add(table, row);
      return answer(row.id);
    },

    DisassociateRouteTable(input: DisassociateRouteTableCommandInput) {
      const { table, row } = associated(input.AssociationId);
      if (isMain(row)) throw invalidValue(`cannot disassociate the main route table association ${row.id}`);
      remove(table, row.id);
      return {};
    },

    ReplaceRouteTableAssociation(
      input: ReplaceRouteTableAssociationCommandInput,
    ): Answer<ReplaceRouteTableAssociationCommandOutput> {
      const { table: old, row } = associated(input.AssociationId);
      const table = find(state.routeTables, 'routeTable', input.RouteTableId);
      if (table.vpcId !== old.vpcId)
        throw invalidValue(`Route tables ${old.id} and ${table.id} belong to different networks`);
      const moved = { ...row, id: newId('rtbassoc') };
      remove(old, row.id);
      add(find(state.routeTables, 'routeTable', table.id), moved);
      return { NewAssociationId: moved.id, AssociationState: { State: 'associated' } };
    },
  };
}
