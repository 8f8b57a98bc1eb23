import { expect } from 'chai';
import fc from 'fast-check';
import { endOf, overlaps, parse } from '../../../../local/provider/awsx/cidr.ts';
import { layoutOf, planSubnets, type SubnetRequest } from '../../../../local/provider/awsx/subnets.ts';

const request = (parts: Partial<SubnetRequest> = {}): SubnetRequest => ({
  vpcName: 'net',
  cidrBlock: '10.0.0.0/16',
  zones: ['a', 'b'],
  strategy: 'Legacy',
  ...parts,
});
const plan = (parts?: Partial<SubnetRequest>) =>
  planSubnets(request(parts)).map(({ name, zone, cidrBlock }) => `${name} ${zone} ${cidrBlock}`);

describe('subnets of awsx:ec2:Vpc', () => {
  it('halve each zone by default: private first, then a public quarter', () => {
    expect(plan()).to.deep.equal([
      'net-private-1 a 10.0.0.0/18',
      'net-private-2 b 10.0.128.0/18',
      'net-public-1 a 10.0.64.0/19',
      'net-public-2 b 10.0.192.0/19',
    ]);
  });

  it('divide three zones as four', () => {
    expect(plan({ zones: ['a', 'b', 'c'] })).to.include.members([
      'net-private-3 c 10.0.128.0/19',
      'net-public-3 c 10.0.160.0/20',
    ]);
  });

  it('follow the legacy order of kinds, not that of the specs', () => {
    const specs = [{ type: 'Isolated' as const }, { type: 'Public' as const }, { type: 'Private' as const }];
    expect(plan({ specs, zones: ['a'] })).to.deep.equal([
      'net-private-1 a 10.0.0.0/19',
      'net-public-1 a 10.0.32.0/20',
      'net-isolated-1 a 10.0.48.0/24',
    ]);
  });

  it('give a single kind the whole zone as far as legacy lets it', () => {
    expect(plan({ specs: [{ type: 'Public', cidrMask: 20 }] })).to.deep.equal([
      'net-public-1 a 10.0.0.0/20',
      'net-public-2 b 10.0.128.0/20',
    ]);
  });

  it('follow the specs with the strategy Auto, and share evenly what has no size', () => {
    const specs = [
      { type: 'Public' as const, cidrMask: 24 },
      { type: 'Private' as const, name: 'app' },
    ];
    expect(plan({ specs, strategy: 'Auto' })).to.deep.equal([
      'net-public-1 a 10.0.0.0/24',
      'net-app-1 a 10.0.64.0/18',
      'net-public-2 b 10.0.128.0/24',
      'net-app-2 b 10.0.192.0/18',
    ]);
  });

  it('take blocks as they are given', () => {
    const specs = [{ type: 'Public' as const, cidrBlocks: ['10.0.1.0/24', '10.0.2.0/24'] }];
    expect(plan({ specs, strategy: 'Auto' })).to.deep.equal([
      'net-public-1 a 10.0.1.0/24',
      'net-public-2 b 10.0.2.0/24',
    ]);
    expect(() =>
      plan({ specs: [{ type: 'Public', cidrBlocks: ['10.0.1.0/24'] }], strategy: 'Auto' }),
    ).to.throw('one block per zone: 2, not 1');
  });

  it('refuse gaps with the strategy Exact', () => {
    expect(() => plan({ specs: [{ type: 'Private', cidrMask: 18 }], strategy: 'Exact' })).to.throw(
      'gap before',
    );
    const whole = [{ type: 'Private' as const }, { type: 'Public' as const }];
    expect(plan({ specs: whole, strategy: 'Exact' })).to.have.lengthOf(4);
  });

  it('never overlap and stay inside the VPC, whatever the sizes', () => {
    const spec = fc.record({
      type: fc.constantFrom('Private' as const, 'Public' as const, 'Isolated' as const),
      cidrMask: fc.integer({ min: 20, max: 28 }),
    });
    const zones = fc.integer({ min: 1, max: 4 }).map((count) => ['a', 'b', 'c', 'd'].slice(0, count));
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 4 }), zones, (specs, names) => {
        const named = specs.map((item, index) => ({ ...item, name: `s${index}` }));
        const vpc = parse('10.0.0.0/16');
        const blocks = planSubnets(request({ specs: named, zones: names, strategy: 'Auto' })).map((subnet) =>
          parse(subnet.cidrBlock),
        );
        for (const [index, block] of blocks.entries()) {
          expect(block.start >= vpc.start && endOf(block) <= endOf(vpc)).to.equal(true);
          expect(blocks.some((other, at) => at !== index && overlaps(block, other))).to.equal(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('say what an Auto layout would need to be the same', () => {
    const wanted = request();
    expect(layoutOf(planSubnets(wanted), wanted)).to.deep.equal([
      { type: 'Private', cidrMask: 18 },
      { type: 'Public', cidrMask: 19 },
    ]);
  });
});
