import aws from '@pulumi/aws';
import pulumi from '@pulumi/pulumi';
import { checkNatGateways, type NatStrategy, type VpcArguments } from './arguments.ts';
import { layoutOf, planSubnets, type PlannedSubnet, type SubnetRequest } from './subnets.ts';

type Tags = Record<string, pulumi.Input<string>>;

/** Everything that is made for one VPC. */
interface Made {
  readonly subnets: aws.ec2.Subnet[];
  readonly routeTables: aws.ec2.RouteTable[];
  readonly routeTableAssociations: aws.ec2.RouteTableAssociation[];
  readonly routes: aws.ec2.Route[];
  readonly natGateways: aws.ec2.NatGateway[];
  readonly eips: aws.ec2.Eip[];
  readonly ids: Record<'Public' | 'Private' | 'Isolated', pulumi.Output<string>[]>;
}

/** `awsx:ec2:Vpc`: a VPC with subnets in several zones, their routes, and NAT gateways. */
export class Vpc extends pulumi.ComponentResource {
  /** The component's outputs, once its zones are known. */
  readonly state: Promise<pulumi.Inputs>;

  constructor(name: string, args: VpcArguments, options: pulumi.ComponentResourceOptions) {
    super('awsx:ec2:Vpc', name, {}, options);
    this.state = this.#make(name, args);
  }

  async #make(name: string, args: VpcArguments): Promise<pulumi.Inputs> {
    const zones = args.availabilityZoneNames ?? (await this.#defaultZones(args));
    const request = subnetRequest(name, args, zones);
    const planned = planSubnets(request);
    const strategy = args.natGateways?.strategy ?? 'OnePerAz';
    const allocations = args.natGateways?.elasticIpAllocationIds ?? [];
    checkNatGateways(
      strategy,
      allocations.length,
      zones.length,
      planned.map(({ type }) => type),
    );

    const sharedTags = merge({ Name: name }, args.tags);
    const {
      region,
      enableDnsHostnames,
      enableDnsSupport,
      enableNetworkAddressUsageMetrics,
      instanceTenancy,
    } = args;
    const vpc = new aws.ec2.Vpc(
      name,
      defined({
        cidrBlock: request.cidrBlock,
        enableDnsHostnames,
        enableDnsSupport,
        enableNetworkAddressUsageMetrics,
        instanceTenancy,
        region,
        tags: sharedTags,
      }),
      { parent: this },
    );
    const gateway = new aws.ec2.InternetGateway(name, defined({ vpcId: vpc.id, region, tags: sharedTags }), {
      parent: vpc,
      dependsOn: [vpc],
    });
    const made = makeZones({ name, args, zones, planned, strategy, allocations, sharedTags, vpc, gateway });
    const { ids, ...lists } = made;
    const state = {
      vpc,
      vpcId: vpc.id,
      internetGateway: gateway,
      ...lists,
      publicSubnets: made.subnets.filter((_, index) => orderedTypes(zones, planned)[index] === 'Public'),
      privateSubnets: made.subnets.filter((_, index) => orderedTypes(zones, planned)[index] === 'Private'),
      isolatedSubnets: made.subnets.filter((_, index) => orderedTypes(zones, planned)[index] === 'Isolated'),
      publicSubnetIds: ids.Public,
      privateSubnetIds: ids.Private,
      isolatedSubnetIds: ids.Isolated,
      subnetLayout: layoutOf(planned, request),
      vpcEndpoints: [],
    };
    this.registerOutputs(state);
    return state;
  }

  async #defaultZones({ numberOfAvailabilityZones: count = 3, region }: VpcArguments): Promise<string[]> {
    const chosen = region === undefined ? {} : { region };
    const { names } = await new Promise<aws.GetAvailabilityZonesResult>((resolve) => {
      aws.getAvailabilityZonesOutput(chosen, { parent: this }).apply(resolve);
    });
    if (names.length < count)
      throw new Error(
        `The region has ${names.length} availability zones, but ${count} are wanted. Name them with availabilityZoneNames, or choose another region.`,
      );
    return names.slice(0, count);
  }
}

function subnetRequest(vpcName: string, args: VpcArguments, zones: readonly string[]): SubnetRequest {
  return {
    vpcName,
    zones,
    cidrBlock: args.cidrBlock ?? '10.0.0.0/16',
    strategy: args.subnetStrategy ?? 'Legacy',
    ...(args.subnetSpecs ? { specs: args.subnetSpecs } : {}),
    ...(args.availabilityZoneCidrMask === undefined ? {} : { zoneMask: args.availabilityZoneCidrMask }),
  };
}

interface Building {
  readonly name: string;
  readonly args: VpcArguments;
  readonly zones: readonly string[];
  readonly planned: readonly PlannedSubnet[];
  readonly strategy: NatStrategy;
  readonly allocations: readonly pulumi.Input<string>[];
  readonly sharedTags: pulumi.Input<Tags>;
  readonly vpc: aws.ec2.Vpc;
  readonly gateway: aws.ec2.InternetGateway;
}

/** Public subnets come first in a zone: they hold the NAT gateway that the private ones use. */
const typeOrder = ['Public', 'Private', 'Isolated'] as const;

function ofZone(zone: string, planned: readonly PlannedSubnet[]): PlannedSubnet[] {
  return typeOrder.flatMap((type) =>
    planned.filter((subnet) => subnet.zone === zone && subnet.type === type),
  );
}

const orderedTypes = (zones: readonly string[], planned: readonly PlannedSubnet[]) =>
  zones.flatMap((zone) => ofZone(zone, planned).map(({ type }) => type));

function makeZones(building: Building): Made {
  const made: Made = {
    subnets: [],
    routeTables: [],
    routeTableAssociations: [],
    routes: [],
    natGateways: [],
    eips: [],
    ids: { Public: [], Private: [], Isolated: [] },
  };
  building.zones.forEach((zone, index) => {
    for (const subnet of ofZone(zone, building.planned)) makeSubnet(building, made, subnet, index);
  });
  return made;
}

function makeSubnet(building: Building, made: Made, planned: PlannedSubnet, zoneIndex: number): void {
  const { args, vpc, sharedTags } = building;
  const { name, type } = planned;
  const Name = nameTag(planned, args);
  const subnet = new aws.ec2.Subnet(
    name,
    defined({
      vpcId: vpc.id,
      region: args.region,
      availabilityZone: planned.zone,
      mapPublicIpOnLaunch: type === 'Public',
      cidrBlock: planned.cidrBlock,
      tags: merge(sharedTags, planned.tags, { Name, SubnetType: type }),
    }),
    { parent: vpc, dependsOn: [vpc] },
  );
  made.subnets.push(subnet);
  if (type !== 'Unused') made.ids[type].push(subnet.id);

  const table = new aws.ec2.RouteTable(
    name,
    defined({ vpcId: vpc.id, region: args.region, tags: merge(sharedTags, { Name, SubnetType: type }) }),
    { parent: subnet, dependsOn: [subnet] },
  );
  made.routeTables.push(table);
  const under = { parent: table, dependsOn: [table] };
  made.routeTableAssociations.push(
    new aws.ec2.RouteTableAssociation(
      name,
      defined({ routeTableId: table.id, subnetId: subnet.id, region: args.region }),
      under,
    ),
  );
  if (type === 'Public' && needsNatGateway(building.strategy, made.natGateways.length, zoneIndex))
    makeNatGateway(building, made, subnet, zoneIndex);
  const target = routeTarget(building, made, type, zoneIndex);
  if (target)
    made.routes.push(
      new aws.ec2.Route(
        name,
        defined({
          routeTableId: table.id,
          destinationCidrBlock: '0.0.0.0/0',
          region: args.region,
          ...target,
        }),
        under,
      ),
    );
}

function needsNatGateway(strategy: NatStrategy, made: number, zoneIndex: number): boolean {
  if (strategy === 'None') return false;
  return strategy === 'Single' ? made < 1 : made < zoneIndex + 1;
}

function makeNatGateway(building: Building, made: Made, subnet: aws.ec2.Subnet, zoneIndex: number): void {
  const { args, allocations } = building;
  const name = `${building.name}-${zoneIndex + 1}`;
  const tags = merge(args.tags, { Name: name });
  const under = { parent: subnet, dependsOn: [subnet] };
  let allocationId = allocations[zoneIndex];
  if (allocationId === undefined) {
    const eip = new aws.ec2.Eip(name, defined({ tags, region: args.region }), under);
    made.eips.push(eip);
    allocationId = eip.allocationId;
  }
  made.natGateways.push(
    new aws.ec2.NatGateway(
      name,
      defined({ subnetId: subnet.id, allocationId, region: args.region, tags }),
      under,
    ),
  );
}

/** Where a subnet's default route leads; isolated subnets have none. */
function routeTarget({ strategy, gateway }: Building, made: Made, type: string, zoneIndex: number) {
  if (type === 'Public') return { gatewayId: gateway.id };
  if (type !== 'Private' || strategy === 'None') return undefined;
  const nat = made.natGateways[strategy === 'Single' ? 0 : zoneIndex];
  return nat && { natGatewayId: nat.id };
}

/** Zones may be named in tags by what tells them apart: `eu-central-1a` → `1a`. */
function nameTag({ name, zone }: PlannedSubnet, { subnetNameTagStrategy }: VpcArguments): string {
  if (subnetNameTagStrategy !== 'AvailabilityZone') return name;
  return name.replace(/-\d+$/, `-${zone.replace(/^[a-z]{2}(?:-[a-z]+)+-/, '')}`);
}

/** Later tags win. */
function merge(...all: readonly (pulumi.Input<Readonly<Tags>> | undefined)[]): pulumi.Input<Tags> {
  if (all.every((tags) => !pulumi.Output.isInstance(tags) && !(tags instanceof Promise)))
    return Object.assign({}, ...all) as Tags;
  const outputs = all.map((tags) => pulumi.output<Readonly<Tags> | undefined>(tags));
  return pulumi.all(outputs as pulumi.Output<object>[]).apply((tags) => Object.assign({}, ...tags) as Tags);
}

/** Without what was not given. */
function defined<T extends object>(properties: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
