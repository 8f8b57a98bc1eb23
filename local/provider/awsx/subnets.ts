import { bitsFor, blockAfter, endOf, format, gap, nth, overlaps, parse, sizeOf, type Block } from './cidr.ts';

export type SubnetType = 'Public' | 'Private' | 'Isolated' | 'Unused';
export type SubnetStrategy = 'Legacy' | 'Auto' | 'Exact';

/** What a program says of one kind of subnet; there is one of it in each zone. */
export interface SubnetSpec {
  readonly type: SubnetType;
  readonly name?: string;
  readonly cidrMask?: number;
  readonly size?: number;
  readonly cidrBlocks?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

/** One subnet of one zone. */
export interface PlannedSubnet {
  readonly name: string;
  readonly type: SubnetType;
  readonly zone: string;
  readonly cidrBlock: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface SubnetRequest {
  readonly vpcName: string;
  readonly cidrBlock: string;
  readonly zones: readonly string[];
  readonly specs?: readonly SubnetSpec[];
  readonly strategy: SubnetStrategy;
  readonly zoneMask?: number;
}

/** Divides a VPC among zones and subnets as awsx does. */
export function planSubnets(request: SubnetRequest): PlannedSubnet[] {
  const specs = request.specs && sized(request.specs, request.zones.length);
  const planned = allocate(request, specs);
  refuseOverlaps(planned);
  if (request.strategy === 'Exact') refuseGaps(request.cidrBlock, planned);
  return planned;
}

function allocate(request: SubnetRequest, specs: readonly SubnetSpec[] | undefined): PlannedSubnet[] {
  if (request.strategy === 'Legacy' || (!specs && request.strategy === 'Exact'))
    return legacy(request, specs);
  if (specs?.some(({ cidrBlocks }) => cidrBlocks)) return explicit(request, specs);
  return automatic(request, specs);
}

/** Brings mask and size into agreement; explicit blocks have to be given for all subnets or none. */
function sized(specs: readonly SubnetSpec[], zoneCount: number): SubnetSpec[] {
  const isExplicit = specs.some(({ cidrBlocks }) => cidrBlocks !== undefined);
  return specs.map((spec, index) => {
    const where = `subnetSpecs[${index}]`;
    if (isExplicit) return explicitSpec(spec, where, zoneCount);
    const { size } = spec;
    if (size === undefined) return spec;
    const mask = 32 - Math.log2(size);
    if (!Number.isInteger(mask)) throw new Error(`${where}.size must be a power of two, not ${size}.`);
    if (spec.cidrMask !== undefined && spec.cidrMask !== mask)
      throw new Error(`${where}: a size of ${size} is a /${mask}, but cidrMask is ${spec.cidrMask}.`);
    return { ...spec, cidrMask: mask };
  });
}

function explicitSpec(spec: SubnetSpec, where: string, zoneCount: number): SubnetSpec {
  const { cidrBlocks, cidrMask, size } = spec;
  if (!cidrBlocks)
    throw new Error(`${where}: cidrBlocks must be given for all subnets when they are given for one.`);
  if (cidrBlocks.length !== zoneCount)
    throw new Error(
      `${where}.cidrBlocks must hold one block per zone: ${zoneCount}, not ${cidrBlocks.length}.`,
    );
  for (const { mask } of cidrBlocks.map(parse)) {
    if ((cidrMask !== undefined && cidrMask !== mask) || (size !== undefined && size !== sizeOf(mask)))
      throw new Error(`${where}: cidrMask and size must agree with cidrBlocks or be left out.`);
  }
  return spec;
}

function planned(
  request: SubnetRequest,
  spec: SubnetSpec,
  zoneIndex: number,
  block: Block | string,
): PlannedSubnet {
  return {
    name: `${request.vpcName}-${spec.name ?? spec.type.toLowerCase()}-${zoneIndex + 1}`,
    type: spec.type,
    zone: request.zones[zoneIndex] ?? '',
    cidrBlock: typeof block === 'string' ? block : format(block),
    tags: spec.tags ?? {},
  };
}

function explicit(request: SubnetRequest, specs: readonly SubnetSpec[]): PlannedSubnet[] {
  return request.zones.flatMap((_, index) =>
    specs.map((spec) => planned(request, spec, index, spec.cidrBlocks?.[index] ?? '')),
  );
}

/** In the order of the specs; what says no size gets an even share. */
function automatic(request: SubnetRequest, given: readonly SubnetSpec[] | undefined): PlannedSubnet[] {
  const vpc = parse(request.cidrBlock);
  const zoneMask = request.zoneMask ?? vpc.mask + bitsFor(request.zones.length);
  const specs = given ?? defaultSpecs(zoneMask);
  if (specs.length === 0) throw new Error('subnetSpecs is empty: a VPC needs at least one kind of subnet.');
  const evenMask = zoneMask + bitsFor(specs.length);
  const masks = specs.map(({ cidrMask }) => cidrMask ?? evenMask);
  const needed = masks.reduce((total, mask) => total + sizeOf(mask), 0);
  if (needed > sizeOf(zoneMask))
    throw new Error(`The subnets of a zone need ${needed} addresses, but a zone has ${sizeOf(zoneMask)}.`);
  return request.zones.flatMap((_, zoneIndex) => {
    let previous: Block | undefined;
    return specs.map((spec, index) => {
      const mask = masks[index] ?? evenMask;
      previous = previous ? blockAfter(previous, mask) : { ...nth(vpc, zoneMask, zoneIndex), mask };
      return planned(request, spec, zoneIndex, previous);
    });
  });
}

function defaultSpecs(zoneMask: number): SubnetSpec[] {
  if (zoneMask > 26)
    throw new Error(`Default subnets need at least a /26 per zone, but there is only a /${zoneMask}.`);
  const mask = Math.max(zoneMask, 16);
  return [
    { type: 'Private', cidrMask: mask + 1 },
    { type: 'Public', cidrMask: mask + 2 },
  ];
}

/** Private first, then public, then isolated, whatever the order of the specs. */
const legacyOrder: readonly { type: SubnetType; largest: number }[] = [
  { type: 'Private', largest: 19 },
  { type: 'Public', largest: 20 },
  { type: 'Isolated', largest: 24 },
];

function legacy(request: SubnetRequest, specs: readonly SubnetSpec[] | undefined): PlannedSubnet[] {
  const vpc = parse(request.cidrBlock);
  const zoneMask = request.zoneMask ?? vpc.mask + bitsFor(request.zones.length);
  const zones = request.zones.map((_, index) => nth(vpc, zoneMask, index));
  if (!specs) return legacyDefault(request, zones);
  return zones.flatMap((zone, zoneIndex) => legacyZone(request, specs, zone, zoneIndex));
}

function legacyDefault(request: SubnetRequest, zones: readonly Block[]): PlannedSubnet[] {
  const half = ({ start, mask }: Block): Block => ({ start, mask: mask + 1 });
  const quarter = (zone: Block): Block => ({ start: endOf(half(zone)) + 1, mask: zone.mask + 2 });
  return [
    ...zones.map((zone, index) => planned(request, { type: 'Private' }, index, half(zone))),
    ...zones.map((zone, index) => planned(request, { type: 'Public' }, index, quarter(zone))),
  ];
}

/**
 * Each kind starts behind the last subnet of the kind before it, in steps of its own size;
 * where that would overlap what is there already, it moves behind it.
 */
function legacyZone(
  request: SubnetRequest,
  specs: readonly SubnetSpec[],
  zone: Block,
  zoneIndex: number,
): PlannedSubnet[] {
  const extra = specs.length === 1 ? 0 : 1;
  let last: Block | undefined;
  return legacyOrder.flatMap(({ type, largest }) => {
    const base = last && { start: endOf(last) + 1, mask: last.mask };
    return specs
      .filter((spec) => spec.type === type)
      .map((spec, index) => {
        const mask = spec.cidrMask ?? Math.max(zone.mask + extra, largest);
        let block = nth(base ?? zone, mask, index);
        if (last && overlaps(last, block)) block = blockAfter(last, mask);
        last = block;
        return planned(request, spec, zoneIndex, block);
      });
  });
}

function refuseOverlaps(subnets: readonly PlannedSubnet[]): void {
  const blocks = subnets.map((subnet) => ({ subnet, block: parse(subnet.cidrBlock) }));
  const clashing = blocks.filter((one) =>
    blocks.some((other) => one !== other && overlaps(one.block, other.block)),
  );
  if (clashing.length === 0) return;
  const names = clashing.map(({ subnet }) => `${subnet.name} ${subnet.cidrBlock}`).join(', ');
  throw new Error(
    `These subnets overlap: ${names}. Make the VPC's block larger, the subnets smaller, or use fewer zones.`,
  );
}

function refuseGaps(cidrBlock: string, subnets: readonly PlannedSubnet[]): void {
  const vpc = parse(cidrBlock);
  let next = vpc.start;
  for (const { name, cidrBlock: own } of subnets) {
    const block = parse(own);
    if (block.start !== next)
      throw new Error(
        `There is a gap before ${name} (${own}). Say what it is for with a subnet of type Unused.`,
      );
    next = endOf(block) + 1;
  }
  if (next !== endOf(vpc) + 1)
    throw new Error(`The subnets end before the VPC (${cidrBlock}) does. Fill the rest with type Unused.`);
}

/** The specs that would give the same subnets with the strategy "Auto". */
export function layoutOf(subnets: readonly PlannedSubnet[], request: SubnetRequest): SubnetSpec[] {
  if (request.specs && request.strategy !== 'Legacy') return sized(request.specs, request.zones.length);
  const first = subnets.filter(({ zone }) => zone === request.zones[0]);
  let previous: Block | undefined;
  return first.flatMap(({ name, type, cidrBlock, tags }) => {
    const block = parse(cidrBlock);
    const unused = previous
      ? gap(previous, block).map(({ mask }): SubnetSpec => ({ type: 'Unused', cidrMask: mask }))
      : [];
    previous = block;
    const own = name.slice(request.vpcName.length + 1).replace(/-\d+$/, '');
    const spec: SubnetSpec = {
      type,
      ...(own === type.toLowerCase() ? {} : { name: own }),
      cidrMask: block.mask,
      ...(Object.keys(tags).length > 0 ? { tags } : {}),
    };
    return [...unused, spec];
  });
}
