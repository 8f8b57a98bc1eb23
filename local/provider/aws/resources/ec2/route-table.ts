import type { EC2, Route } from '@aws-sdk/client-ec2';
import type { Properties } from '../../../protocol/values.ts';
import { object, required, set, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional, tags } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTags } from '../../tags.ts';
import { arn, deleteWhenFree, idOf, tagSpecifications, updateTags } from './ec2.ts';
import { fromTarget, isOwn, target, targetInputs } from './routes.ts';

const gone = ['InvalidRouteTableID.NotFound'];
const noRoute = ['InvalidRoute.NotFound'];
const route = object({ cidrBlock: required(string()), ...targetInputs });

export default regional({
  type: 'aws:ec2/routeTable:RouteTable',
  inputs: {
    vpcId: required(string({ replaces: true })),
    // Without them the table's routes belong to resources of their own.
    routes: set(route, { computed: true }),
    tags: tags(),
  },

  async create(inputs, context) {
    const ec2 = await context.clients.ec2();
    const { RouteTable } = await ec2.createRouteTable({
      VpcId: inputs.vpcId,
      ...tagSpecifications('route-table', inputs.tags),
    });
    const id = idOf(RouteTable?.RouteTableId, 'CreateRouteTable');
    context.created(id);
    for (const { cidrBlock, ...rest } of inputs.routes ?? [])
      await ec2.createRoute({ RouteTableId: id, DestinationCidrBlock: cidrBlock, ...target(rest) });
    return id;
  },

  async read(id, context, known) {
    const table = await describe(context, id);
    if (!table) return undefined;
    const routes = (table.Routes ?? []).filter(isOwn).map(fromRoute);
    return {
      arn: arn(context, table.OwnerId, `route-table/${id}`),
      ownerId: table.OwnerId,
      vpcId: table.VpcId,
      ...('routes' in known.inputs ? { routes } : {}),
      ...fromTags(table.Tags),
    };
  },

  async update(id, { olds, news, changed }, context) {
    const ec2 = await context.clients.ec2();
    if (changed('routes'))
      await updateRoutes(ec2, id, (await describe(context, id))?.Routes, news.routes ?? []);
    if (changed('tags')) await updateTags(ec2, id, olds, news.tags);
  },

  async delete(id, context) {
    const ec2 = await context.clients.ec2();
    for (const { RouteTableAssociationId: association, Main } of (await describe(context, id))
      ?.Associations ?? []) {
      if (Main || !association) continue;
      await ifFound(['InvalidAssociationID.NotFound'], () =>
        ec2.disassociateRouteTable({ AssociationId: association }),
      );
    }
    await deleteWhenFree(context, `route table ${id}`, gone, () =>
      ec2.deleteRouteTable({ RouteTableId: id }),
    );
  },
});

async function describe(context: Context, id: string) {
  const ec2 = await context.clients.ec2();
  const found = await ifFound(gone, () => ec2.describeRouteTables({ RouteTableIds: [id] }));
  return found?.RouteTables?.[0];
}

const fromRoute = (found: Route): Properties => ({
  cidrBlock: found.DestinationCidrBlock,
  ...fromTarget(found),
});

async function updateRoutes(
  ec2: EC2,
  id: string,
  existing: readonly Route[] | undefined,
  wanted: readonly ({ cidrBlock: string } & Parameters<typeof target>[0])[],
): Promise<void> {
  const present = (existing ?? []).filter(isOwn).map(({ DestinationCidrBlock }) => DestinationCidrBlock);
  const destinations = wanted.map(({ cidrBlock }) => cidrBlock);
  for (const destination of present) {
    if (!destination || destinations.includes(destination)) continue;
    const which = { RouteTableId: id, DestinationCidrBlock: destination };
    await ifFound(noRoute, () => ec2.deleteRoute(which));
  }
  for (const { cidrBlock, ...rest } of wanted) {
    const route = { RouteTableId: id, DestinationCidrBlock: cidrBlock, ...target(rest) };
    await (present.includes(cidrBlock) ? ec2.replaceRoute(route) : ec2.createRoute(route));
  }
}
