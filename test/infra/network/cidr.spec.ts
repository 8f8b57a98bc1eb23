import { expect } from 'chai';
import { isNetworkCidr } from '../../../infra/network/cidr.ts';

describe('isNetworkCidr', () => {
  for (const cidr of [
    '10.0.0.0/16',
    '10.255.0.0/16',
    '10.0.4.0/22',
    '172.16.0.0/16',
    '172.31.0.0/16',
    '192.168.0.0/16',
  ])
    it(`accepts ${cidr}`, () => {
      expect(isNetworkCidr(cidr)).to.equal(true);
    });
  for (const cidr of [
    '10.0.0.0/8',
    '10.0.0.0/23',
    '10.0.1.0/16',
    '172.32.0.0/16',
    '192.169.0.0/16',
    '8.8.0.0/16',
    '10.0.0.256/16',
    '10.0.0/16',
    '10.0.0.0/33',
    'x',
    '',
  ])
    it(`refuses "${cidr}"`, () => {
      expect(isNetworkCidr(cidr)).to.equal(false);
    });
});
