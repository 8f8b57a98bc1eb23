import type { Known } from '../../../resource/definition.ts';
import { required, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { idOf } from './ec2.ts';

const gone = ['InvalidAssociationID.NotFound'];

export default regional({
  type: 'aws:ec2/routeTableAssociation:RouteTableAssociation',
  inputs: {
    routeTableId: required(string()),
    subnetId: required(string({ replaces: true })),
  },

  async create(inputs, context) {
    const ec2 = await context.clients.ec2();
    const { AssociationId } = await ec2.associateRouteTable({
      RouteTableId: inputs.routeTableId,
      SubnetId: inputs.subnetId,
    });
    return idOf(AssociationId, 'AssociateRouteTable');
  },

  async read(id, context, known) {
    const association = await describe(context, id, subnetOf(known));
    return (
      association && {
        id: association.RouteTableAssociationId,
        routeTableId: association.RouteTableId,
        subnetId: association.SubnetId,
      }
    );
  },

  async update(id, { news }, context) {
    const ec2 = await context.clients.ec2();
    await ec2.replaceRouteTableAssociation({ AssociationId: id, RouteTableId: news.routeTableId });
  },

  async delete(id, context, known) {
    const ec2 = await context.clients.ec2();
    const association = await describe(context, id, subnetOf(known));
    const AssociationId = association?.RouteTableAssociationId;
    if (AssociationId) await ifFound(gone, () => ec2.disassociateRouteTable({ AssociationId }));
  },
});

/** Whoever moves a subnet to another table makes a new association: the subnet is what stays. */
function subnetOf({ state, inputs }: Known): string | undefined {
  const subnet = state.subnetId ?? inputs.subnetId;
  return typeof subnet === 'string' ? subnet : undefined;
}

async function describe(context: Context, id: string, subnet: string | undefined) {
  const ec2 = await context.clients.ec2();
  const filter = subnet
    ? { Name: 'association.subnet-id', Values: [subnet] }
    : { Name: 'association.route-table-association-id', Values: [id] };
  const { RouteTables } = await ec2.describeRouteTables({ Filters: [filter] });
  const associations = (RouteTables ?? []).flatMap(({ Associations }) => Associations ?? []);
  return associations.find(({ RouteTableAssociationId, SubnetId }) =>
    subnet ? SubnetId === subnet : RouteTableAssociationId === id,
  );
}
