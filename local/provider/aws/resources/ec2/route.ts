import { createHash } from 'node:crypto';
import { required, string } from '../../../resource/schema.ts';
import type { Context } from '../../context.ts';
import { regional } from '../../define.ts';
import { ifFound } from '../../errors.ts';
import { fromTarget, isOwn, target, targetInputs, targets } from './routes.ts';

const gone = ['InvalidRouteTableID.NotFound', 'InvalidRoute.NotFound'];

export default regional({
  type: 'aws:ec2/route:Route',
  inputs: {
    routeTableId: required(string({ replaces: true })),
    destinationCidrBlock: required(string({ replaces: true })),
    ...targetInputs,
  },
  check: (inputs) =>
    Object.keys(targets).filter((key) => inputs[key] !== undefined).length === 1
      ? []
      : [{ property: 'gatewayId', reason: `: exactly one of ${Object.keys(targets).join(', ')} is needed` }],

  async create(inputs, context) {
    const ec2 = await context.clients.ec2();
    await ec2.createRoute({
      RouteTableId: inputs.routeTableId,
      DestinationCidrBlock: inputs.destinationCidrBlock,
      ...target(inputs),
    });
    return idOf(inputs.routeTableId, inputs.destinationCidrBlock);
  },

  async read(id, context, known) {
    const [table, destination] = place(id, known.state, known.inputs);
    const route = await describe(context, table, destination);
    return (
      route && {
        id: idOf(table, destination),
        routeTableId: table,
        destinationCidrBlock: destination,
        instanceId: route.InstanceId,
        instanceOwnerId: route.InstanceOwnerId,
        origin: route.Origin,
        state: route.State,
        ...fromTarget(route),
      }
    );
  },

  async update(_id, { news, changed }, context) {
    if (!changed(...Object.keys(targets))) return;
    const ec2 = await context.clients.ec2();
    await ec2.replaceRoute({
      RouteTableId: news.routeTableId,
      DestinationCidrBlock: news.destinationCidrBlock,
      ...target(news),
    });
  },

  async delete(id, context, known) {
    const ec2 = await context.clients.ec2();
    const [table, destination] = place(id, known.state, known.inputs);
    await ifFound(gone, () => ec2.deleteRoute({ RouteTableId: table, DestinationCidrBlock: destination }));
  },
});

/** The AWS provider's own form: the table, and a number for the destination. */
function idOf(table: string, destination: string): string {
  const number = createHash('sha256').update(destination).digest().readUInt32BE();
  return `r-${table}${number}`;
}

/** From what is known; an import names both as `rtb-1_10.0.0.0/8`. */
function place(id: string, ...known: readonly Readonly<Record<string, unknown>>[]): [string, string] {
  for (const { routeTableId, destinationCidrBlock } of known) {
    if (typeof routeTableId === 'string' && typeof destinationCidrBlock === 'string')
      return [routeTableId, destinationCidrBlock];
  }
  const [table = '', destination = ''] = id.split('_');
  return [table, destination];
}

async function describe(context: Context, table: string, destination: string) {
  const ec2 = await context.clients.ec2();
  const found = await ifFound(gone, () => ec2.describeRouteTables({ RouteTableIds: [table] }));
  const routes = found?.RouteTables?.[0]?.Routes ?? [];
  return routes.find((route) => route.DestinationCidrBlock === destination && isOwn(route));
}
