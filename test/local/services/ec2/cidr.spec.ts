import { expect } from 'chai';
import fc from 'fast-check';
import {
  formatAddress,
  isUsable,
  nextAddress,
  parseAddress,
  parseCidr,
} from '../../../../local/services/ec2/cidr.ts';
import { wildcard } from '../../../../local/services/ec2/filters.ts';

describe('IPv4 blocks', () => {
  it('are brought to their canonical form', () => {
    expect(parseCidr('100.68.0.18/18')?.text).to.equal('100.68.0.0/18');
  });

  for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0/8', '256.0.0.0/8', 'a.b.c.d/8', '10.0.0.0/8/8'])
    it(`are not written ${text}`, () => {
      expect(parseCidr(text)).to.equal(undefined);
    });

  it('have addresses that survive being written and read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (value) => parseAddress(formatAddress(value)) === value,
      ),
    );
  });

  it('hand out every usable address once and then none', () => {
    const block = parseCidr('10.0.0.0/28')!;
    const taken = new Set<string>();
    let last: string | undefined;
    for (;;) {
      const address = nextAddress(block, taken, last);
      if (address === undefined) break;
      expect(isUsable(block, parseAddress(address)!)).to.equal(true);
      taken.add(address);
      last = address;
    }
    expect(taken.size).to.equal(11);
  });

  it('do not hand out a freed address at once', () => {
    const block = parseCidr('10.0.0.0/28')!;
    expect(nextAddress(block, new Set(), '10.0.0.4')).to.equal('10.0.0.5');
    expect(nextAddress(block, new Set(), '10.0.0.14')).to.equal('10.0.0.4');
  });
});

describe('filter values', () => {
  const cases: [string, string, boolean][] = [
    ['al2023-*', 'al2023-ami', true],
    ['t?.small', 't3.small', true],
    ['t?.small', 't3a.small', false],
    ['a.b', 'axb', false],
    ['10\\*', '10*', true],
    ['10\\*', '10x', false],
  ];
  for (const [pattern, text, matches] of cases)
    it(`${pattern} ${matches ? 'matches' : 'does not match'} ${text}`, () => {
      expect(wildcard(pattern).test(text)).to.equal(matches);
    });
});
